//! Finds the thread of each imported comment.

use std::collections::{HashMap, HashSet};

use super::model::{PlannedComment, describe_comment};
use crate::transfer::report::ImportReport;

/// Sets the thread root of each comment. A comment becomes the first of a thread if the comment that it replies to is
/// missing, or if replies refer to each other in a circle. Both cases are reported.
pub fn resolve_threads(comments: &mut [PlannedComment], report: &mut ImportReport) {
    let ids: HashSet<i64> = comments
        .iter()
        .map(|comment| comment.wordpress_id)
        .collect();
    let mut parents: HashMap<i64, Option<i64>> = HashMap::with_capacity(comments.len());
    for comment in comments.iter() {
        let claimed = comment.parent_wordpress_id;
        let parent = claimed.filter(|parent| ids.contains(parent));
        if let Some(missing) = claimed.filter(|_| parent.is_none()) {
            report.orphans.push(|| {
                let name = describe_comment(comment.wordpress_id);
                format!("{name}, a reply to comment {missing}")
            });
        }
        parents.insert(comment.wordpress_id, parent);
    }
    // Roots found so far: each comment is visited once, however deep its thread.
    let mut roots: HashMap<i64, i64> = HashMap::new();
    for comment in comments.iter() {
        let mut visited = HashSet::new();
        let mut id = comment.wordpress_id;
        let root = loop {
            if let Some(root) = roots.get(&id) {
                break *root;
            }
            if !visited.insert(id) {
                // The circle is cut here, and the other comments in it become replies to this one.
                parents.insert(id, None);
                report.orphans.push(|| {
                    let name = describe_comment(id);
                    format!("{name}, one of several replies that answer each other in a circle")
                });
                break id;
            }
            match parents[&id] {
                Some(parent) => id = parent,
                None => break id,
            }
        };
        roots.extend(visited.into_iter().map(|id| (id, root)));
    }
    for comment in comments {
        comment.parent_wordpress_id = parents[&comment.wordpress_id];
        comment.root_wordpress_id = roots[&comment.wordpress_id];
    }
}
