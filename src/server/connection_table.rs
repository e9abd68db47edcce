//! Open connections by network. When many are open, those that have been idle longest are closed to make room.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use tokio::sync::Notify;

use crate::limits::site_network_of;

/// Part of all connections that one network may have, so that ten of them are needed to use up all.
const NETWORK_SHARE: usize = 10;
/// Part of the connections that is closed at a time to make room. Each time costs a look at all of them.
const CLOSED_SHARE: usize = 100;
/// Time without a byte in either direction after which a connection without a request counts as idle.
const MIN_IDLE_TIME: Duration = Duration::from_secs(1);
/// Time until idle connections are looked for again if there were none.
const SEARCH_PAUSE: Duration = Duration::from_millis(100);

/// All open connections of the server.
pub struct ConnectionTable {
    max_connections: usize,
    trusted_proxies: Vec<IpNet>,
    started_at: Instant,
    state: Mutex<TableState>,
}

#[derive(Default)]
struct TableState {
    networks: HashMap<Option<IpAddr>, NetworkConnections>,
    total: usize,
    next_id: u64,
    /// Time in milliseconds before which there are no idle connections to close.
    searched_until: u64,
}

/// Connections from one network.
#[derive(Default)]
struct NetworkConnections {
    connections: HashMap<u64, Arc<ConnectionActivity>>,
    searched_until: u64,
}

/// Activity of one connection.
pub struct ConnectionActivity {
    started_at: Instant,
    /// Time of the last byte in either direction, in milliseconds since the table was made.
    last_active: AtomicU64,
    open_requests: AtomicUsize,
    is_closing: AtomicBool,
    close: Notify,
}

/// Entry of an open connection, removed when this is dropped.
pub struct ConnectionEntry {
    table: Arc<ConnectionTable>,
    network: Option<IpAddr>,
    id: u64,
    pub activity: Arc<ConnectionActivity>,
}

/// Request that is being handled. The connection is not idle until this is dropped.
pub struct OpenRequest(Arc<ConnectionActivity>);

impl ConnectionTable {
    pub fn new(max_connections: usize, trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            max_connections,
            trusted_proxies,
            started_at: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// Adds a connection from this client. Returns `None` if the connection has to be refused, because its network has a
    /// tenth of all connections and none of them is idle. Closes idle connections where that makes room.
    pub fn admit(self: &Arc<Self>, client: IpAddr) -> Option<ConnectionEntry> {
        let now = self.milliseconds();
        let network = self.find_network(client);
        let mut state = self.lock();
        let state = &mut *state;
        // All readers behind a proxy come from its address, which therefore has no limit of its own.
        if network.is_some() {
            let share = (self.max_connections / NETWORK_SHARE).max(1);
            let of_network = state.networks.entry(network).or_default();
            if of_network.connections.len() >= share && of_network.close_idle(now, share) == 0 {
                return None;
            }
        }
        if state.total >= self.max_connections - self.max_connections / NETWORK_SHARE {
            state.close_idle(now, self.max_connections);
        }
        let id = state.next_id;
        state.next_id += 1;
        state.total += 1;
        let activity = Arc::new(ConnectionActivity::new(self.started_at, now));
        let of_network = state.networks.entry(network).or_default();
        of_network.connections.insert(id, activity.clone());
        Some(ConnectionEntry {
            table: self.clone(),
            network,
            id,
            activity,
        })
    }

    /// Closes the connections that have been idle longest.
    pub fn make_room(&self) {
        let now = self.milliseconds();
        self.lock().close_idle(now, self.max_connections);
    }

    /// Returns the network whose connections are counted, or `None` for a trusted proxy.
    fn find_network(&self, client: IpAddr) -> Option<IpAddr> {
        let client = client.to_canonical();
        let is_proxy = self.trusted_proxies.iter().any(|net| net.contains(&client));
        (!is_proxy).then(|| site_network_of(client))
    }

    fn milliseconds(&self) -> u64 {
        milliseconds_since(self.started_at)
    }

    fn lock(&self) -> MutexGuard<'_, TableState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TableState {
    fn close_idle(&mut self, now: u64, max_connections: usize) {
        if now < self.searched_until {
            return;
        }
        let connections = self.networks.values();
        let connections = connections.flat_map(|network| network.connections.values());
        if close_longest_idle(connections, now, max_connections / CLOSED_SHARE) == 0 {
            self.searched_until = now + to_milliseconds(SEARCH_PAUSE);
        }
    }
}

impl NetworkConnections {
    /// Closes the connections of this network that have been idle longest, and returns their number.
    fn close_idle(&mut self, now: u64, share: usize) -> usize {
        if now < self.searched_until {
            return 0;
        }
        let closed = close_longest_idle(self.connections.values(), now, share / CLOSED_SHARE);
        if closed == 0 {
            self.searched_until = now + to_milliseconds(SEARCH_PAUSE);
        }
        closed
    }
}

/// Closes up to `count` of the connections that have been idle longest, but at least one if any is idle. Returns how many.
fn close_longest_idle<'a>(
    connections: impl Iterator<Item = &'a Arc<ConnectionActivity>>,
    now: u64,
    count: usize,
) -> usize {
    let mut idle: Vec<_> = connections
        .filter_map(|activity| Some((activity.idle_since(now)?, activity)))
        .collect();
    let count = count.max(1).min(idle.len());
    if count < idle.len() {
        idle.select_nth_unstable_by_key(count, |(since, _)| *since);
    }
    for (_, activity) in &idle[..count] {
        activity.is_closing.store(true, Ordering::Relaxed);
        activity.close.notify_one();
    }
    count
}

impl ConnectionActivity {
    fn new(started_at: Instant, now: u64) -> Self {
        Self {
            started_at,
            last_active: AtomicU64::new(now),
            open_requests: AtomicUsize::new(0),
            is_closing: AtomicBool::new(false),
            close: Notify::new(),
        }
    }

    /// Records that bytes were read or written.
    pub fn touch(&self) {
        // Relaxed here and below: the numbers only decide which connection is closed first.
        let now = milliseconds_since(self.started_at);
        self.last_active.store(now, Ordering::Relaxed);
    }

    /// Records that a request is being handled.
    pub fn begin_request(self: &Arc<Self>) -> OpenRequest {
        self.open_requests.fetch_add(1, Ordering::Relaxed);
        OpenRequest(self.clone())
    }

    /// Waits until the connection has to make room for others.
    pub async fn wait_for_close(&self) {
        self.close.notified().await;
    }

    /// Returns the time since which the connection has been idle, or `None` if it is not, or is being closed already.
    fn idle_since(&self, now: u64) -> Option<u64> {
        let last_active = self.last_active.load(Ordering::Relaxed);
        let is_idle = self.open_requests.load(Ordering::Relaxed) == 0
            && !self.is_closing.load(Ordering::Relaxed)
            && last_active + to_milliseconds(MIN_IDLE_TIME) <= now;
        is_idle.then_some(last_active)
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.open_requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for ConnectionEntry {
    fn drop(&mut self) {
        let mut state = self.table.lock();
        state.total -= 1;
        if let Some(of_network) = state.networks.get_mut(&self.network) {
            of_network.connections.remove(&self.id);
            if of_network.connections.is_empty() {
                state.networks.remove(&self.network);
            }
        }
    }
}

fn milliseconds_since(start: Instant) -> u64 {
    to_milliseconds(start.elapsed())
}

fn to_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(max_connections: usize) -> Arc<ConnectionTable> {
        let proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        Arc::new(ConnectionTable::new(max_connections, proxies))
    }

    fn open(table: &Arc<ConnectionTable>, client: &str, count: usize) -> Vec<ConnectionEntry> {
        let client: IpAddr = client.parse().expect("an address");
        (0..count).map_while(|_| table.admit(client)).collect()
    }

    /// Makes a connection idle since this many seconds before the others.
    fn set_idle(entry: &ConnectionEntry, table: &ConnectionTable, seconds: u64) {
        let mut state = table.lock();
        state.searched_until = 0;
        for network in state.networks.values_mut() {
            network.searched_until = 0;
        }
        let since = 1_000 - seconds;
        entry.activity.last_active.store(since, Ordering::Relaxed);
    }

    fn closing(entries: &[ConnectionEntry]) -> Vec<usize> {
        let is_closing =
            |entry: &ConnectionEntry| entry.activity.is_closing.load(Ordering::Relaxed);
        (0..entries.len())
            .filter(|index| is_closing(&entries[*index]))
            .collect()
    }

    #[test]
    fn one_network_gets_a_tenth_and_proxies_get_all() {
        let table = table(100);
        let first = open(&table, "192.0.2.1", 50);
        assert_eq!(first.len(), 10);
        assert_eq!(open(&table, "192.0.2.2", 50).len(), 10);
        let ipv6 = open(&table, "2001:db8:1:1::1", 50);
        assert_eq!(ipv6.len(), 10);
        let neighbours = open(&table, "2001:db8:1:2::1", 1);
        assert!(neighbours.is_empty(), "one customer may have a whole /48");
        drop(first);
        assert_eq!(open(&table, "::ffff:192.0.2.1", 50).len(), 10);
        assert_eq!(open(&table, "10.1.2.3", 80).len(), 80);
        drop(ipv6);
        assert!(table.lock().networks.is_empty());
    }

    #[test]
    fn a_network_beyond_its_share_loses_its_longest_idle_connection() {
        let mut table = table(100);
        // So that there was time to be idle for a second.
        Arc::get_mut(&mut table).expect("one owner").started_at -= Duration::from_secs(3_600);
        let mut entries = open(&table, "192.0.2.1", 10);
        let others = open(&table, "192.0.2.2", 1);
        set_idle(&others[0], &table, 900);
        set_idle(&entries[3], &table, 5);
        set_idle(&entries[7], &table, 9);
        set_idle(&entries[8], &table, 10);
        let request = entries[8].activity.begin_request();
        entries.extend(open(&table, "192.0.2.1", 1));
        assert_eq!(entries.len(), 11);
        assert_eq!(closing(&entries), [7]);
        assert!(closing(&others).is_empty());
        drop(request);
        entries.extend(open(&table, "192.0.2.1", 1));
        assert_eq!(closing(&entries), [7, 8]);
    }

    #[test]
    fn the_longest_idle_connection_is_closed_when_nine_tenths_are_open() {
        let mut table = table(20);
        Arc::get_mut(&mut table).expect("one owner").started_at -= Duration::from_secs(3_600);
        let entries = open(&table, "10.0.0.1", 18);
        set_idle(&entries[4], &table, 7);
        set_idle(&entries[5], &table, 8);
        let _newcomer = open(&table, "192.0.2.1", 1);
        assert_eq!(closing(&entries), [5]);
    }
}
