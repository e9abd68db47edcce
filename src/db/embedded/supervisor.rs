//! Supervision of the embedded Postgres: restarts it when it exits, and stops it on request or when the supervisor is
//! dropped.

use std::process::{Child, ChildStdin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::cluster::PostgresCluster;

/// First pause between attempts to restart Postgres. It is short, since readers are waiting, and doubles after each
/// failed attempt.
const MIN_RESTART_PAUSE: Duration = Duration::from_millis(100);
const MAX_RESTART_PAUSE: Duration = Duration::from_secs(5);

/// Time that Postgres has for a fast shutdown, which rolls back open transactions.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Time that Postgres has for an immediate shutdown after a fast shutdown took too long.
const QUIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Thread that supervises the embedded Postgres.
pub struct PostgresSupervisor {
    cluster: Arc<PostgresCluster>,
    pipe: Arc<Mutex<ShutdownPipe>>,
    thread: Option<JoinHandle<()>>,
}

/// Pipe to the standard input of the shell script that runs Postgres. Closing the pipe shuts Postgres down.
enum ShutdownPipe {
    Open {
        _stdin: Option<ChildStdin>,
    },
    /// Postgres was stopped and must not be restarted.
    Closed,
}

impl PostgresSupervisor {
    /// Starts Postgres and waits until it accepts connections.
    pub fn start(cluster: PostgresCluster) -> anyhow::Result<Self> {
        let cluster = Arc::new(cluster);
        let mut child = cluster.start()?;
        let pipe = Arc::new(Mutex::new(ShutdownPipe::Open {
            _stdin: child.stdin.take(),
        }));
        if let Err(error) = cluster.wait_until_ready(&mut child) {
            *lock(&pipe) = ShutdownPipe::Closed;
            // Only reaps the process; the error above is the one to report.
            let _ = child.wait();
            return Err(error);
        }
        let thread = {
            let (cluster, pipe) = (cluster.clone(), pipe.clone());
            thread::Builder::new()
                .name("postgres".to_owned())
                .spawn(move || supervise(&cluster, &pipe, child))?
        };
        Ok(Self {
            cluster,
            pipe,
            thread: Some(thread),
        })
    }

    /// Stops Postgres and blocks until it has exited.
    pub fn stop(&mut self) {
        *lock(&self.pipe) = ShutdownPipe::Closed;
        let Some(thread) = self.thread.take() else {
            return;
        };
        if !ends_within(STOP_TIMEOUT, &thread) {
            tracing::warn!("the embedded Postgres does not stop; requesting an immediate shutdown");
            self.cluster.request_quit();
        }
        if !ends_within(QUIT_TIMEOUT, &thread) {
            tracing::warn!("the embedded Postgres ignores the immediate shutdown; killing it");
            self.cluster.kill();
        }
        // Fails only if the thread panicked, and nothing is left to do then.
        let _ = thread.join();
    }
}

impl Drop for PostgresSupervisor {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock(pipe: &Mutex<ShutdownPipe>) -> MutexGuard<'_, ShutdownPipe> {
    pipe.lock().expect("the lock is not poisoned")
}

fn ends_within(time: Duration, thread: &JoinHandle<()>) -> bool {
    // Polled, since a thread cannot be joined with a timeout.
    let deadline = Instant::now() + time;
    while !thread.is_finished() && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    thread.is_finished()
}

/// Restarts Postgres whenever it exits, until the pipe is closed.
fn supervise(cluster: &PostgresCluster, pipe: &Mutex<ShutdownPipe>, mut child: Child) {
    loop {
        let status = child.wait();
        let mut pause = MIN_RESTART_PAUSE;
        child = loop {
            if matches!(*lock(pipe), ShutdownPipe::Closed) {
                return;
            }
            tracing::warn!(?status, "the embedded Postgres exited; restarting it");
            match restart(cluster, pipe) {
                Ok(Some(child)) => break child,
                Ok(None) => return,
                Err(error) => tracing::error!(
                    "the embedded Postgres does not start; trying again in {} ms: {error:#}",
                    pause.as_millis()
                ),
            }
            sleep(pause);
            pause = (pause * 2).min(MAX_RESTART_PAUSE);
        };
        tracing::info!("the embedded Postgres accepts connections again");
    }
}

/// Starts Postgres again. Returns `None` if the pipe was closed in the meantime.
fn restart(cluster: &PostgresCluster, pipe: &Mutex<ShutdownPipe>) -> anyhow::Result<Option<Child>> {
    let mut child = cluster.start()?;
    {
        // The check and the new pipe under one lock: a stop in between would not reach the new process.
        let mut pipe = lock(pipe);
        if matches!(*pipe, ShutdownPipe::Closed) {
            // Closing the pipe shuts the new process down; waiting only reaps it.
            drop(child.stdin.take());
            let _ = child.wait();
            return Ok(None);
        }
        *pipe = ShutdownPipe::Open {
            _stdin: child.stdin.take(),
        };
    }
    if let Err(error) = cluster.wait_until_ready(&mut child) {
        // Dropping the pipe shuts down what is left of the process, without marking the cluster as stopped.
        let mut pipe = lock(pipe);
        if matches!(*pipe, ShutdownPipe::Open { .. }) {
            *pipe = ShutdownPipe::Open { _stdin: None };
        }
        drop(pipe);
        let _ = child.wait();
        return Err(error);
    }
    Ok(Some(child))
}
