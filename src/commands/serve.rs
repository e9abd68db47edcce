//! `serve`: the site itself, on its database.

use argon2::Argon2;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::server::{self, ServerPorts, raise_fd_limit};
use crate::startup::{self, data_folder, media_folder};

/// Serves the site until SIGTERM or SIGINT.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    // Ports come first: one in use is the commonest mistake, and nothing has to be undone yet.
    let ports = ServerPorts::bind(&config).await?;
    raise_fd_limit();
    let data = data_folder(&config);
    config.media = Some(media_folder(&config));
    // Set even if it is the default, so that the file is read again when the key is rotated.
    config.secret_key_file = Some(startup::key_file(&config));
    let keys = startup::read_or_make(&config)?;
    let mut database = db::open(config.database_url.as_deref(), &data, Durability::Durable).await?;
    database.outlive_its_owner(&data, Durability::Durable);
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
