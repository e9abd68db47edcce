//! Keeps the cluster running: starts it again when it dies, stops it when told to or dropped.

use std::process::{Child, ChildStdin};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::cluster::Cluster;

/// Waits between attempts to start again: short at first, since readers wait.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long Postgres may take to stop, and to stop at once.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
const QUIT_WITHIN: Duration = Duration::from_secs(10);

/// The thread that watches over the cluster.
pub struct Supervisor {
    cluster: Arc<Cluster>,
    /// The pipe whose closing stops Postgres; none when it is to stay stopped.
    lifeline: Arc<Mutex<Lifeline>>,
    thread: Option<JoinHandle<()>>,
}

enum Lifeline {
    Held { _pipe: Option<ChildStdin> },
    LetGo,
}

impl Supervisor {
    /// Starts the cluster and waits until it is ready.
    pub fn start(cluster: Cluster) -> anyhow::Result<Self> {
        let cluster = Arc::new(cluster);
        let mut child = cluster.start()?;
        let lifeline = Arc::new(Mutex::new(Lifeline::Held {
            _pipe: child.stdin.take(),
        }));
        if let Err(error) = cluster.wait_until_ready(&mut child) {
            *lifeline.lock().expect("no holder of the lifeline panics") = Lifeline::LetGo;
            let _ = child.wait();
            return Err(error);
        }
        let thread = {
            let (cluster, lifeline) = (cluster.clone(), lifeline.clone());
            thread::Builder::new()
                .name("postgres".to_owned())
                .spawn(move || watch(&cluster, &lifeline, child))?
        };
        Ok(Self {
            cluster,
            lifeline,
            thread: Some(thread),
        })
    }

    /// The process id of the running cluster.
    pub fn pid(&self) -> Option<i32> {
        self.cluster.pid()
    }

    /// Stops the cluster and waits for its end: patiently at first, since it rolls back what is open.
    pub fn stop(&mut self) {
        *self
            .lifeline
            .lock()
            .expect("no holder of the lifeline panics") = Lifeline::LetGo;
        let Some(thread) = self.thread.take() else {
            return;
        };
        if !ends_within(STOPPED_WITHIN, &thread) {
            tracing::warn!("the private Postgres does not stop; telling it to stop at once");
            self.cluster.quit();
        }
        if !ends_within(QUIT_WITHIN, &thread) {
            tracing::warn!("the private Postgres does not stop at once either; ending it");
            self.cluster.end();
        }
        let _ = thread.join();
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop();
    }
}

fn ends_within(time: Duration, thread: &JoinHandle<()>) -> bool {
    let deadline = Instant::now() + time;
    while !thread.is_finished() && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    thread.is_finished()
}

/// Waits for the end of `child`, again and again, until the lifeline is let go.
fn watch(cluster: &Cluster, lifeline: &Mutex<Lifeline>, mut child: Child) {
    loop {
        let status = child.wait();
        let mut pause = FIRST_PAUSE;
        child = loop {
            if matches!(
                *lifeline.lock().expect("no holder of the lifeline panics"),
                Lifeline::LetGo
            ) {
                return;
            }
            tracing::warn!(?status, "the private Postgres ended; starting it again");
            match start_again(cluster, lifeline) {
                Ok(Some(child)) => break child,
                Ok(None) => return,
                Err(error) => tracing::error!("the private Postgres does not start: {error:#}"),
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        tracing::info!("the private Postgres is back");
    }
}

/// Starts the cluster; `None` if it has been told to stop meanwhile.
fn start_again(cluster: &Cluster, lifeline: &Mutex<Lifeline>) -> anyhow::Result<Option<Child>> {
    let mut child = cluster.start()?;
    {
        let mut held = lifeline.lock().expect("no holder of the lifeline panics");
        if matches!(*held, Lifeline::LetGo) {
            drop(child.stdin.take());
            let _ = child.wait();
            return Ok(None);
        }
        *held = Lifeline::Held {
            _pipe: child.stdin.take(),
        };
    }
    if let Err(error) = cluster.wait_until_ready(&mut child) {
        // Closing the pipe ends whatever is left of it.
        let mut held = lifeline.lock().expect("no holder of the lifeline panics");
        if matches!(*held, Lifeline::Held { .. }) {
            *held = Lifeline::Held { _pipe: None };
        }
        drop(held);
        let _ = child.wait();
        return Err(error);
    }
    Ok(Some(child))
}
