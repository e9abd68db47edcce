//! `serve`: opens the database and serves the site.

use argon2::Argon2;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::embedded::CommitDurability;
use crate::server::{self, ServerPorts, raise_fd_limit};
use crate::startup::{self, data_dir, media_dir};

/// Serves the site until SIGTERM or SIGINT.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    // Ports come first: one in use is the commonest mistake, and nothing has to be undone yet.
    let ports = ServerPorts::bind(&config).await?;
    raise_fd_limit();
    let data = data_dir(&config);
    config.media_dir = Some(media_dir(&config));
    config.data_dir = Some(data.clone());
    // Set even if it is the default, so that the file is read again when the key is rotated.
    config.secret_key_file = Some(startup::secret_key_path(&config));
    let (keys, mut database) = startup::open_or_create_site(&config).await?;
    database.take_over_on_exit(&data, CommitDurability::Durable);
    let app = App::new(
        database.pool.clone(),
        Clock::System,
        keys,
        config,
        Argon2::default(),
    );
    // The embedded Postgres is stopped cleanly even if the site failed.
    let served = server::run(app, ports).await;
    database.close().await?;
    served
}
