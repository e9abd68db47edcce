//! All SQL of sealing the networks that comments came from anew when the secret key changes.

use sqlx::{Connection, PgConnection};

use super::NETWORK_ROW;
use super::hash_network;
use crate::crypto::{Keys, RESEALED_AT_ONCE, Resealed};

/// Seals the next networks anew that are not sealed with the key in use, from after comment `after` on. Comments that someone
/// holds are left for another round.
pub async fn reseal_some(db: &mut PgConnection, keys: &Keys, after: i64) -> sqlx::Result<Resealed> {
    let mut db = db.begin().await?;
    let rows = sqlx::query!(
        r#"select id as "id: i64", network_sealed as "sealed!" from comments
           where id > $1 and substring(network_sealed from 2 for 8) <> $2
           order by id limit $3 for no key update skip locked"#,
        after,
        &keys.id()[..],
        RESEALED_AT_ONCE,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut done = Resealed {
        last: rows.last().map(|row| row.id),
        ..Resealed::default()
    };
    let (mut ids, mut anew, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        match seal_anew(keys, &row.sealed) {
            Some((sealed, hash)) => {
                ids.push(row.id);
                anew.push(sealed);
                hashes.push(hash);
            }
            None => done.closed += 1,
        }
    }
    done.anew = sqlx::query!(
        "update comments set network_sealed = anew.sealed, network_hash = anew.hash
         from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as anew (id, sealed, hash) where comments.id = anew.id",
        &ids,
        &anew,
        &hashes,
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    db.commit().await?;
    Ok(done)
}

/// A network under a new seal, and what finds it from now on.
fn seal_anew(keys: &Keys, sealed: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let from = keys.open(NETWORK_ROW, sealed).ok()?;
    let address = std::str::from_utf8(&from).ok()?.parse().ok()?;
    Some((keys.seal(NETWORK_ROW, &from), hash_network(keys, address)))
}
