//! Bound on the memory that request bodies take while they arrive, for requests that anyone may send.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::network_of;

/// Memory in kB for all large bodies that arrive at the same time: 128 of the largest comments.
const BUDGET_KILOBYTES: u32 = 32 * 1024;
/// Number of large bodies that may arrive from one IP network at the same time.
const MAX_BODIES_PER_NETWORK: usize = 8;
/// Longest time that a request waits until other bodies have arrived.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Budget for large request bodies.
pub struct BodyBudget {
    kilobytes: Arc<Semaphore>,
    networks: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Part of the budget that one request has until this is dropped.
pub struct BodyPermit {
    _kilobytes: OwnedSemaphorePermit,
    _network: NetworkSlot,
}

/// Error: too many large bodies arrive at the same time.
#[derive(Debug)]
pub struct BodyBudgetExhausted;

impl Default for BodyBudget {
    fn default() -> Self {
        Self {
            kilobytes: Arc::new(Semaphore::new(BUDGET_KILOBYTES as usize)),
            networks: Arc::default(),
        }
    }
}

impl BodyBudget {
    /// Waits until there is memory for a body of this size from this client. Fails after ten seconds, and at once if
    /// eight large bodies are arriving from the client's IP network already.
    pub async fn acquire(
        &self,
        bytes: usize,
        ip: IpAddr,
    ) -> Result<BodyPermit, BodyBudgetExhausted> {
        let network = NetworkSlot::take(&self.networks, network_of(ip));
        let network = network.ok_or(BodyBudgetExhausted)?;
        let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(BUDGET_KILOBYTES);
        let semaphore = self.kilobytes.clone();
        let permit = semaphore.acquire_many_owned(kilobytes.min(BUDGET_KILOBYTES));
        match timeout(WAIT_TIMEOUT, permit).await {
            Ok(Ok(permit)) => Ok(BodyPermit {
                _kilobytes: permit,
                _network: network,
            }),
            Ok(Err(_)) | Err(_) => Err(BodyBudgetExhausted),
        }
    }
}

/// One of the large bodies that an IP network may send at the same time.
struct NetworkSlot {
    networks: Arc<Mutex<HashMap<IpAddr, usize>>>,
    network: IpAddr,
}

impl NetworkSlot {
    fn take(networks: &Arc<Mutex<HashMap<IpAddr, usize>>>, network: IpAddr) -> Option<Self> {
        let mut counts = lock(networks);
        let count = counts.entry(network).or_default();
        if *count >= MAX_BODIES_PER_NETWORK {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Self {
            networks: networks.clone(),
            network,
        })
    }
}

impl Drop for NetworkSlot {
    fn drop(&mut self) {
        let mut counts = lock(&self.networks);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

fn lock(counts: &Mutex<HashMap<IpAddr, usize>>) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const BYTES: usize = 256 * 1024;

    fn ip(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[tokio::test]
    async fn one_network_gets_a_share_and_all_networks_together_get_the_budget() {
        let budget = BodyBudget::default();
        let mut permits = Vec::new();
        for network in 0..16 {
            for _ in 0..MAX_BODIES_PER_NETWORK {
                let permit = budget.acquire(BYTES, ip(network)).await;
                permits.push(permit.expect("there is room"));
            }
            let beyond = budget.acquire(BYTES, ip(network)).await;
            assert!(beyond.is_err(), "the network has its share");
        }
        let mut beyond = Box::pin(budget.acquire(BYTES, ip(99)));
        assert!(
            beyond.as_mut().now_or_never().is_none(),
            "it waits for room"
        );
        permits.truncate(1);
        let permit = beyond.await.expect("what was dropped is free again");
        assert_eq!(lock(&budget.networks).len(), 2);
        drop(permit);
        assert_eq!(lock(&budget.networks).len(), 1);
    }
}
