//! A running Envoy.
//!
//! Owns its start, the wait until it serves, and its end. Must not know what it serves.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client;

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running Envoy, which ends with this value.
pub(crate) struct Envoy {
    child: Child,
    folder: PathBuf,
}

impl Envoy {
    /// Starts one with these listeners, and waits until it serves them.
    pub(crate) fn start(folder: &Path, listeners: &[Value]) -> Self {
        let program = std::env::var_os("KORDON_ENVOY")
            .expect("`KORDON_ENVOY` names no program: run `cargo xtask test envoy`");
        let bootstrap = json!({
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}},
            "static_resources": {"listeners": listeners},
        });
        let config = folder.join("envoy.json");
        fs::write(&config, bootstrap.to_string()).expect("the configuration can be written");
        let _absent = fs::remove_file(folder.join("admin"));
        let child = Command::new(program)
            .args([
                "--concurrency",
                "1",
                "--disable-hot-restart",
                "--log-level",
                "error",
            ])
            .arg("--config-path")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(folder.join("admin"))
            .arg("--log-path")
            .arg(folder.join("log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Envoy can be started");
        let mut envoy = Self {
            child,
            folder: folder.to_owned(),
        };
        envoy.wait();
        envoy
    }

    /// The end of what it has logged.
    pub(crate) fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while !self.is_ready() {
            let ended = self.child.try_wait().expect("the process can be asked");
            assert!(ended.is_none(), "Envoy has ended:\n{}", self.log());
            assert!(
                start.elapsed() < PATIENCE,
                "Envoy is not ready:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        let address = fs::read_to_string(self.folder.join("admin")).unwrap_or_default();
        let Ok(address) = address.trim().parse::<SocketAddr>() else {
            return false;
        };
        TcpStream::connect(address)
            .and_then(|mut stream| {
                client::exchange(&mut stream, b"GET /ready HTTP/1.1\r\nhost: admin\r\n\r\n")
            })
            .is_ok_and(|answer| answer.status == 200)
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A folder for the files of one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("envoy")
        .join(name);
    fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// So many ports in a row that no program listens on, below those that the system gives out.
pub(crate) fn free_ports(count: u16) -> u16 {
    (20_000..32_000)
        .step_by(usize::from(count))
        .find(|first| {
            let each = (0..count).map(|more| TcpListener::bind(("0.0.0.0", first + more)));
            each.collect::<Result<Vec<_>, _>>().is_ok()
        })
        .expect("some ports are free")
}
