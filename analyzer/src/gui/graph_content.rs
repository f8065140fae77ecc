//! Sites, pools, accounts and SPNs as a graph of four columns.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::exchange::identity::machine_account;
use crate::facts::account::AccountName;
use crate::facts::iis::PoolIdentity;
use crate::report::escape::escape;

/// Nodes of one column at most: a picture of more is no picture.
const NODES: usize = 40;

/// The titles of the columns.
pub const COLUMNS: [&str; 4] = ["Site", "Pool", "Account", "SPN"];

/// A graph whose lines lead from one column to the next.
#[derive(Clone, Debug, Default)]
pub struct GraphContent {
    /// The names of the nodes of each column, from top to bottom.
    pub columns: [Vec<String>; 4],
    /// Lines: the column that they begin in, the node there, and the node in the next column.
    pub lines: Vec<(usize, usize, usize)>,
    /// Whether something was left out because it would not be a picture any more.
    pub is_cut: bool,
}

/// Draws up the graph of a case.
pub fn graph(case: &Case) -> GraphContent {
    let mut graph = GraphContent::default();
    let mut seen: [BTreeMap<String, usize>; 4] = Default::default();
    for host in case.facts.hosts.values() {
        let Some(iis) = host.iis.as_ref().and_then(|iis| iis.seen().ok()) else { continue };
        let name = escape(host.identity.name.as_str());
        for site in &iis.sites {
            for path in &site.paths {
                let own = path.path.trim_end_matches('/');
                let from = node(&mut graph, &mut seen, 0, format!("{}{}", escape(&site.name), escape(own)));
                let pool = node(&mut graph, &mut seen, 1, format!("{} on {name}", escape(&path.pool.name)));
                let (account, words) = account(&path.pool.identity, &host.identity);
                let to = node(&mut graph, &mut seen, 2, words);
                link(&mut graph, 0, from, pool);
                link(&mut graph, 1, pool, to);
                for spn in account.map(|account| spns(case, &account)).unwrap_or_default() {
                    let spn = node(&mut graph, &mut seen, 3, spn);
                    link(&mut graph, 2, to, spn);
                }
            }
        }
    }
    untangled(graph)
}

/// The account of a pool on the network, and its name.
fn account(identity: &PoolIdentity, host: &crate::facts::host::Identity) -> (Option<AccountName>, String) {
    let account = match identity {
        PoolIdentity::Account(account) => Some(account.clone()),
        PoolIdentity::Machine(_) => Some(machine_account(host)),
        PoolIdentity::LocalService | PoolIdentity::LocalAccount(_) | PoolIdentity::Unclear(_) => None,
    };
    let words = account.as_ref().map_or_else(|| identity.to_string(), ToString::to_string);
    (account, escape(&words))
}

/// What an account holds of the classes that browsers ask for.
fn spns(case: &Case, account: &AccountName) -> Vec<String> {
    let directory = &case.facts.directory;
    let Some(dn) = directory.account(account) else { return Vec::new() };
    let held = directory.held().filter(|(spn, _)| matches!(spn.class(), "http" | "host"));
    let own = held.filter(|(_, holders)| holders.iter().any(|holder| holder.dn == *dn));
    own.take(NODES).map(|(spn, _)| escape(spn.as_str())).collect()
}

fn node(
    graph: &mut GraphContent,
    seen: &mut [BTreeMap<String, usize>; 4],
    column: usize,
    name: String,
) -> Option<usize> {
    let (nodes, seen) = (graph.columns.get_mut(column)?, seen.get_mut(column)?);
    if let Some(known) = seen.get(&name) {
        return Some(*known);
    }
    if nodes.len() >= NODES {
        graph.is_cut = true;
        return None;
    }
    seen.insert(name.clone(), nodes.len());
    nodes.push(name);
    Some(nodes.len().saturating_sub(1))
}

fn link(graph: &mut GraphContent, column: usize, from: Option<usize>, to: Option<usize>) {
    if let Some(line) = from.zip(to).map(|(from, to)| (column, from, to)).filter(|line| !graph.lines.contains(line)) {
        graph.lines.push(line);
    }
}

/// Each node goes beside the middle of those that lead to it, so that few lines cross.
fn untangled(mut graph: GraphContent) -> GraphContent {
    for column in 1..COLUMNS.len() {
        let before = column.saturating_sub(1);
        let Some(nodes) = graph.columns.get(column) else { continue };
        let middle = |node: usize| {
            let from = graph.lines.iter().filter(|(at, _, to)| *at == before && *to == node).map(|(_, from, _)| *from);
            let (count, sum) =
                from.fold((0_usize, 0_usize), |(count, sum), from| (count.saturating_add(1), sum.saturating_add(from)));
            // In hundredths, so that two nodes beside each other keep an order.
            sum.saturating_mul(100).checked_div(count).unwrap_or(usize::MAX)
        };
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|node| (middle(*node), *node));
        let place = |node: usize| order.iter().position(|known| *known == node).unwrap_or(node);
        let sorted = order.iter().filter_map(|node| nodes.get(*node).cloned()).collect();
        let lines = graph.lines.iter().map(|&(at, from, to)| {
            let from = if at == column { place(from) } else { from };
            (at, from, if at == before { place(to) } else { to })
        });
        let lines = lines.collect();
        if let Some(nodes) = graph.columns.get_mut(column) {
            *nodes = sorted;
        }
        graph.lines = lines;
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stand_beside_what_leads_to_them() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let graph = GraphContent {
            columns: [names(["a", "b"]), names(["x", "y"]), Vec::new(), Vec::new()],
            lines: vec![(0, 0, 1), (0, 1, 0)],
            is_cut: false,
        };
        let untangled = untangled(graph);
        assert_eq!(untangled.columns[1], ["y", "x"]);
        assert_eq!(untangled.lines, [(0, 0, 0), (0, 1, 1)]);
    }
}
