//! The `spec` of each controller of pods. Selector and template are read one by one.

use crate::frame::known_fields;

known_fields! {
    /// `ReplicationController`.
    pub(crate) struct ReplicationController { replicas, min_ready_seconds, selector, template }
}

known_fields! {
    /// `ReplicaSet`.
    pub(crate) struct ReplicaSet { replicas, min_ready_seconds, selector, template }
}

known_fields! {
    /// `Deployment`.
    pub(crate) struct Deployment {
        replicas, selector, template, strategy, min_ready_seconds, revision_history_limit, paused,
        progress_deadline_seconds,
    }
}

known_fields! {
    /// `StatefulSet`.
    pub(crate) struct StatefulSet {
        replicas, selector, template, volume_claim_templates, service_name, pod_management_policy,
        update_strategy, revision_history_limit, min_ready_seconds,
        persistent_volume_claim_retention_policy, ordinals,
    }
}

known_fields! {
    /// `DaemonSet`.
    pub(crate) struct DaemonSet {
        selector, template, update_strategy, min_ready_seconds, revision_history_limit,
    }
}

known_fields! {
    /// `Job`.
    pub(crate) struct Job {
        parallelism, completions, active_deadline_seconds, pod_failure_policy, success_policy,
        backoff_limit, backoff_limit_per_index, max_failed_indexes, selector, manual_selector,
        template, ttl_seconds_after_finished, completion_mode, suspend, pod_replacement_policy,
        managed_by,
    }
}

known_fields! {
    /// `CronJob`.
    pub(crate) struct CronJob {
        schedule, time_zone, starting_deadline_seconds, concurrency_policy, suspend, job_template,
        successful_jobs_history_limit, failed_jobs_history_limit,
    }
}

known_fields! {
    /// A template, of pods or of jobs.
    pub(crate) struct Template { metadata, spec }
}
