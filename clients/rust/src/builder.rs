//! How a client is made.

use std::{error, fmt, time::Duration};

use tonic::{
    metadata::{MetadataKey, MetadataMap, MetadataValue},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::{MemoryClient, calls::Calls, retry::Retries};

/// A server on this machine with its default port.
pub const DEFAULT_TARGET: &str = "127.0.0.1:50051";
/// How long a call may take by default.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a stream may take by default: a Chat, a WatchJob, an upload or an export.
pub const STREAM_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest answer taken by default, in bytes.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEPALIVE: Duration = Duration::from_secs(60);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// How much of all answers together may be unread: any amount, for that of each is bounded. With a bound, a few
/// streams that are read slowly would hold up all other calls.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
const USER_AGENT: &str = concat!("memsvc-rust/", env!("CARGO_PKG_VERSION"));

/// A setting of a client that cannot be used.
#[derive(Debug)]
pub struct InvalidSetting(String);

impl InvalidSetting {
    fn new(what: &str, error: &dyn error::Error) -> Self {
        Self(format!("{what}: {error}"))
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl error::Error for InvalidSetting {}

/// What a client is to be like; see [`MemoryClient::builder`].
#[derive(Debug)]
#[must_use = "a builder makes nothing until `build` is called"]
pub struct MemoryClientBuilder {
    target: String,
    api_key: Option<String>,
    tls: Option<ClientTlsConfig>,
    timeout: Duration,
    max_message_bytes: usize,
    headers: Vec<(String, String)>,
    retries: bool,
    channel: Option<Channel>,
}

impl MemoryClientBuilder {
    pub(crate) fn new(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            api_key: None,
            tls: None,
            timeout: DEFAULT_TIMEOUT,
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            headers: Vec::new(),
            retries: true,
            channel: None,
        }
    }

    /// Sends an API key or a JWT with every call, as `authorization: Bearer ...`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Speaks TLS, with the root certificates of the system.
    pub fn tls(self) -> Self {
        self.tls_config(ClientTlsConfig::new().with_native_roots())
    }

    /// Speaks TLS with these root certificates alone, in PEM.
    pub fn tls_roots(self, pem: impl AsRef<[u8]>) -> Self {
        self.tls_config(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
    }

    /// Speaks TLS as tonic is told, for example with a certificate of the client's own.
    pub fn tls_config(mut self, config: ClientTlsConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// Sets how long a call may take, 10 seconds by default; streams have 300 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest answer to take, in bytes, 4 MiB by default.
    pub fn max_message_bytes(mut self, limit: usize) -> Self {
        self.max_message_bytes = limit;
        self
    }

    /// Sends a header with every call.
    pub fn header(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((key.into(), value.into()));
        self
    }

    /// Sets whether calls that ended UNAVAILABLE are repeated: true by default, false where a mesh does it.
    pub fn retries(mut self, enabled: bool) -> Self {
        self.retries = enabled;
        self
    }

    /// Uses a channel of your own, for example one that balances over several servers. Target and TLS
    /// then count no more.
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Makes the client, within a tokio runtime; it connects with its first call.
    ///
    /// # Errors
    ///
    /// The target, a header or the TLS settings cannot be used.
    pub fn build(self) -> Result<MemoryClient, InvalidSetting> {
        let mut headers = MetadataMap::new();
        if let Some(key) = &self.api_key {
            insert(&mut headers, "authorization", &format!("Bearer {key}"))?;
        }
        for (key, value) in &self.headers {
            insert(&mut headers, key, value)?;
        }
        let endpoint = self.endpoint()?;
        let channel = self.channel.unwrap_or_else(|| endpoint.connect_lazy());
        let calls = Calls::new(headers, self.timeout, Retries::new(self.retries));
        Ok(MemoryClient::new(
            channel,
            endpoint,
            calls,
            self.max_message_bytes,
        ))
    }

    fn endpoint(&self) -> Result<Endpoint, InvalidSetting> {
        let authority = self.target.strip_prefix("dns:///").unwrap_or(&self.target);
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let invalid = |error: &dyn error::Error| InvalidSetting::new("target", error);
        let endpoint = Endpoint::from_shared(format!("{scheme}://{authority}"))
            .map_err(|error| invalid(&error))?
            .user_agent(USER_AGENT)
            .map_err(|error| invalid(&error))?
            .connect_timeout(CONNECT_TIMEOUT)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(false);
        match self.tls.clone() {
            Some(tls) => endpoint
                .tls_config(tls)
                .map_err(|error| InvalidSetting::new("TLS", &error)),
            None => Ok(endpoint),
        }
    }
}

/// Puts a header in the place of one with the same key.
pub(crate) fn insert(
    headers: &mut MetadataMap,
    key: &str,
    value: &str,
) -> Result<(), InvalidSetting> {
    let name = MetadataKey::from_bytes(key.to_ascii_lowercase().as_bytes())
        .map_err(|error| InvalidSetting::new("header's key", &error))?;
    let mut value = MetadataValue::try_from(value)
        .map_err(|error| InvalidSetting::new("header's value", &error))?;
    value.set_sensitive(name.as_str() == "authorization");
    headers.insert(name, value);
    Ok(())
}
