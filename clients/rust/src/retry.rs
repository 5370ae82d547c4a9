//! Retries by the service config of the contract, which tonic does not read by itself.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use tonic::{Code, Status};

use crate::error::{code_of, trailer};

/// How far a pause may differ from its nominal length, as in gRPC's own clients.
const JITTER: f64 = 0.2;
/// Tokens are counted in thousandths.
const MILLI: f64 = 1000.0;
const PUSHBACK: &str = "grpc-retry-pushback-ms";

static CONFIG: LazyLock<ServiceConfig> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../service_config.json"))
        .expect("the service config in this crate is valid; a test reads it")
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceConfig {
    method_config: Vec<MethodConfig>,
    retry_throttling: Throttling,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodConfig {
    name: Vec<MethodName>,
    retry_policy: RetryPolicy,
}

#[derive(Deserialize)]
struct MethodName {
    service: String,
    method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Throttling {
    max_tokens: f64,
    token_ratio: f64,
}

/// How calls of a method are repeated.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RetryPolicy {
    max_attempts: u32,
    initial_backoff: Seconds,
    max_backoff: Seconds,
    backoff_multiplier: f64,
    retryable_status_codes: Vec<CodeName>,
}

/// A duration as JSON writes it: "0.1s".
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Seconds(f64);

impl TryFrom<String> for Seconds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix('s').and_then(|n| n.parse().ok());
        number.map(Self).ok_or(text)
    }
}

/// The name of a status in a service config; the ones that a retry makes sense for.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum CodeName {
    Unavailable,
    Aborted,
    ResourceExhausted,
}

impl CodeName {
    fn code(&self) -> Code {
        match self {
            Self::Unavailable => Code::Unavailable,
            Self::Aborted => Code::Aborted,
            Self::ResourceExhausted => Code::ResourceExhausted,
        }
    }
}

/// Decides about retries, for all calls of a client together: one budget keeps them from becoming many.
#[derive(Clone, Debug)]
pub(crate) struct Retries {
    policies: Arc<HashMap<(&'static str, &'static str), &'static RetryPolicy>>,
    tokens: Arc<AtomicI64>,
}

impl Retries {
    /// Begins with a full budget; without `enabled` nothing is ever repeated.
    pub(crate) fn new(enabled: bool) -> Self {
        let configs = CONFIG.method_config.iter().filter(|_| enabled);
        let policies = configs.flat_map(|config| {
            config.name.iter().map(|name| {
                let key = (name.service.as_str(), name.method.as_str());
                (key, &config.retry_policy)
            })
        });
        Self {
            policies: Arc::new(policies.collect()),
            tokens: Arc::new(AtomicI64::new(max_tokens())),
        }
    }

    /// Counts a call that was answered.
    pub(crate) fn succeeded(&self) {
        let more = (CONFIG.retry_throttling.token_ratio * MILLI) as i64;
        let add = |tokens: i64| Some((tokens + more).min(max_tokens()));
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Returns after which pause to repeat a call of which `attempts` have ended, the last with `status`;
    /// `None` if it is not to be repeated.
    pub(crate) fn pause(
        &self,
        service: &str,
        method: &str,
        attempts: u32,
        status: &Status,
    ) -> Option<Duration> {
        let policy = self.policies.get(&(service, method))?;
        let code = code_of(status);
        if !policy
            .retryable_status_codes
            .iter()
            .any(|c| c.code() == code)
        {
            return None;
        }
        let take = |tokens: i64| Some((tokens - MILLI as i64).max(0));
        let before = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .unwrap_or_default();
        let allowed = before - MILLI as i64 > max_tokens() / 2;
        if !allowed || attempts >= policy.max_attempts {
            return None;
        }
        match trailer(status, PUSHBACK).as_str() {
            "" => Some(policy.backoff(attempts)),
            // What is negative or cannot be read says: do not come back.
            pushback => pushback.parse().ok().map(Duration::from_millis),
        }
    }
}

impl RetryPolicy {
    fn backoff(&self, attempts: u32) -> Duration {
        let exponent = i32::try_from(attempts).unwrap_or(i32::MAX) - 1;
        let nominal = self.initial_backoff.0 * self.backoff_multiplier.powi(exponent);
        let jitter = 1.0 + JITTER * (2.0 * fastrand::f64() - 1.0);
        Duration::from_secs_f64(nominal.min(self.max_backoff.0) * jitter)
    }
}

fn max_tokens() -> i64 {
    (CONFIG.retry_throttling.max_tokens * MILLI) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "memsvc.v1.MemoryService";

    fn unavailable() -> Status {
        Status::unavailable("away")
    }

    fn pushed_back(value: &str) -> Status {
        let mut status = unavailable();
        let parsed = value.parse().expect("a header's value");
        status.metadata_mut().insert(PUSHBACK, parsed);
        status
    }

    /// Pauses double from 0.1 s up to 1 s, give or take a fifth, and end after the fourth attempt.
    #[test]
    fn pauses_grow_and_end() {
        let retries = Retries::new(true);
        for (attempts, nominal) in [(1, 0.1), (2, 0.2), (3, 0.4)] {
            let pause = retries.pause(SERVICE, "Ingest", attempts, &unavailable());
            let seconds = pause.expect("a retry").as_secs_f64();
            assert!(
                (seconds / nominal - 1.0).abs() <= JITTER + 1e-9,
                "{seconds}"
            );
        }
        assert_eq!(retries.pause(SERVICE, "Ingest", 4, &unavailable()), None);
    }

    /// Streams, other codes, and clients that were told not to are never repeated.
    #[test]
    fn what_is_not_repeated() {
        let retries = Retries::new(true);
        assert_eq!(retries.pause(SERVICE, "Chat", 1, &unavailable()), None);
        let wrong = Status::invalid_argument("wrong");
        assert_eq!(retries.pause(SERVICE, "Recall", 1, &wrong), None);
        let off = Retries::new(false);
        assert_eq!(off.pause(SERVICE, "Recall", 1, &unavailable()), None);
    }

    /// The server says when to come back, or not to.
    #[test]
    fn the_server_is_heeded() {
        let retries = Retries::new(true);
        let pause = |value: &str| retries.pause(SERVICE, "Recall", 1, &pushed_back(value));
        assert_eq!(pause("25"), Some(Duration::from_millis(25)));
        assert_eq!(pause("-1"), None);
        assert_eq!(pause("soon"), None);
    }

    /// When half of the budget is used up nothing is repeated, until calls succeed again.
    #[test]
    fn the_budget_holds() {
        let retries = Retries::new(true);
        let repeated = (0..100)
            .filter(|_| {
                retries
                    .pause(SERVICE, "Recall", 1, &unavailable())
                    .is_some()
            })
            .count();
        assert_eq!(repeated, 49);
        for _ in 0..1000 {
            retries.succeeded();
        }
        assert!(
            retries
                .pause(SERVICE, "Recall", 1, &unavailable())
                .is_some()
        );
    }
}
