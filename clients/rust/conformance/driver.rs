//! Does what it is told on standard input, a JSON object a line, with the client of this folder.
//!
//! The commands are those of tests/conformance.

mod json;
mod unary;
mod users;

use std::{collections::BTreeMap, fs, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use json::{Anything, Mapping, told};
use memsvc_client::{self as memsvc, Error, MemoryClient, Page, Pager, ServerStream};
use prost::Message;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, stdin, stdout},
    sync::oneshot,
    time::Instant,
};

/// What may stand in a command; what an operation has no use for is absent.
#[derive(Deserialize)]
struct Command {
    id: Value,
    op: String,
    #[serde(default)]
    target: String,
    api_key: Option<String>,
    tls_roots_file: Option<String>,
    timeout_seconds: Option<f64>,
    max_message_bytes: Option<usize>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    request: Value,
    #[serde(default)]
    requests: Vec<Value>,
    take: Option<usize>,
    cancel_after: Option<usize>,
    #[serde(default)]
    warmup: usize,
    #[serde(default)]
    count: usize,
}

/// How a command ended: with a response, and with an error or without.
struct Answer {
    response: Option<Value>,
    error: Option<Value>,
}

impl From<Value> for Answer {
    fn from(response: Value) -> Self {
        Self {
            response: Some(response),
            error: None,
        }
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self {
            response: None,
            error: Some(told(&error)),
        }
    }
}

struct Driver {
    mapping: Mapping,
    client: Option<MemoryClient>,
}

impl Driver {
    fn new() -> Result<Self, Anything> {
        Ok(Self {
            mapping: Mapping::new()?,
            client: None,
        })
    }

    async fn answer(&mut self, command: &Command) -> Result<Answer, Anything> {
        Ok(match command.op.as_str() {
            "describe" => {
                json!({"language": "rust", "client_version": env!("CARGO_PKG_VERSION")}).into()
            }
            "connect" => self.connect(command)?,
            "close" => {
                self.client = None;
                json!({}).into()
            }
            "wait_until_ready" => match self.client(command)?.wait_until_ready().await {
                Ok(()) => json!({}).into(),
                Err(error) => error.into(),
            },
            "unary" => self.unary(command).await?,
            "list" => self.list(command).await?,
            "upload" => self.upload(command).await?,
            "stream" => self.stream(command).await?,
            "bench" => self.bench(command).await?,
            other => return Err(format!("no such operation: {other}").into()),
        })
    }

    fn connect(&mut self, command: &Command) -> Result<Answer, Anything> {
        let mut builder = MemoryClient::builder(&command.target);
        if let Some(key) = &command.api_key {
            builder = builder.api_key(key);
        }
        if let Some(path) = &command.tls_roots_file {
            builder = builder.tls_roots(fs::read(path)?);
        }
        if let Some(seconds) = command.timeout_seconds {
            builder = builder.timeout(Duration::from_secs_f64(seconds));
        }
        if let Some(limit) = command.max_message_bytes {
            builder = builder.max_message_bytes(limit);
        }
        for (key, value) in &command.headers {
            builder = builder.header(key, value);
        }
        self.client = Some(builder.build()?);
        Ok(json!({}).into())
    }

    /// Returns the client with the command's own time and headers.
    fn client(&self, command: &Command) -> Result<MemoryClient, Anything> {
        let mut client = self.client.clone().ok_or("not connected")?;
        if let Some(seconds) = command.timeout_seconds {
            client = client.with_timeout(Duration::from_secs_f64(seconds));
        }
        for (key, value) in &command.headers {
            client = client.with_header(key, value)?;
        }
        Ok(client)
    }

    pub async fn first_page<R: Page + Message>(
        &self,
        pager: Pager<R>,
        response: &str,
    ) -> Result<Answer, Anything> {
        Ok(match pager.pages().try_next().await {
            Ok(Some(page)) => self.mapping.write(response, &page)?.into(),
            Ok(None) => return Err("a list without a page".into()),
            Err(error) => error.into(),
        })
    }

    async fn list(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        match command.method.as_str() {
            "Search" => {
                let items = client.search(self.read_of(command)?).items();
                self.all(items, command.take, "SearchResult").await
            }
            "ListMemories" => {
                let items = client.list_memories(self.read_of(command)?).items();
                self.all(items, command.take, "Memory").await
            }
            "ListMemoryTimeline" => {
                let items = client.list_memory_timeline(self.read_of(command)?).items();
                self.all(items, command.take, "Memory").await
            }
            "ListDeadJobs" => {
                let items = client.list_dead_jobs(self.read_of(command)?).items();
                self.all(items, command.take, "Job").await
            }
            other => Err(format!("no such list: {other}").into()),
        }
    }

    async fn all<T: Message>(
        &self,
        items: BoxStream<'static, Result<T, Error>>,
        take: Option<usize>,
        kind: &str,
    ) -> Result<Answer, Anything> {
        let mut items = items.take(take.unwrap_or(usize::MAX));
        let mut written = Vec::new();
        loop {
            match items.try_next().await {
                Ok(Some(item)) => written.push(self.mapping.write(kind, &item)?),
                Ok(None) => return Ok(json!({"items": written}).into()),
                Err(error) => return Ok(error.into()),
            }
        }
    }

    async fn upload(&self, command: &Command) -> Result<Answer, Anything> {
        if command.method == "ImportUser" {
            return self.import(command).await;
        }
        let client = self.client(command)?;
        let mut requests = Vec::new();
        for request in &command.requests {
            let request: memsvc::IngestStreamRequest =
                self.mapping.read("IngestStreamRequest", request)?;
            requests.push(request);
        }
        let Some(count) = command.cancel_after else {
            return Ok(match client.ingest_stream(stream::iter(requests)).await {
                Ok(response) => self
                    .mapping
                    .write("IngestStreamResponse", &response)?
                    .into(),
                Err(error) => error.into(),
            });
        };
        requests.truncate(count);
        let (sent, all_sent) = oneshot::channel();
        let tail = stream::once(async move {
            let _ = sent.send(());
            std::future::pending().await
        });
        let call = client.ingest_stream(stream::iter(requests).chain(tail));
        tokio::select! {
            ended = call => Err(format!("the call was not cancelled: {ended:?}").into()),
            // Dropping a future is how Rust cancels; nobody is left to be told an error.
            _ = all_sent => Ok(Answer { response: None, error: Some(json!({"code": "CANCELLED"})) }),
        }
    }

    async fn stream(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        match command.method.as_str() {
            "Chat" => {
                let chat = client.chat(self.read_of(command)?).await;
                self.events(chat, command.cancel_after, "ChatEvent").await
            }
            "WatchJob" => {
                let watch = client.watch_job(self.read_of(command)?).await;
                self.events(watch, command.cancel_after, "WatchJobResponse")
                    .await
            }
            "ExportUser" => self.export(command).await,
            other => Err(format!("no such stream: {other}").into()),
        }
    }

    async fn events<T: Message>(
        &self,
        stream: Result<ServerStream<T>, Error>,
        most: Option<usize>,
        kind: &str,
    ) -> Result<Answer, Anything> {
        let mut events = Vec::new();
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(error) => return Ok(broken_off(&events, &error)),
        };
        while most.is_none_or(|most| events.len() < most) {
            match stream.next().await {
                Some(Ok(event)) => events.push(self.mapping.write(kind, &event)?),
                Some(Err(error)) => return Ok(broken_off(&events, &error)),
                None => break,
            }
        }
        Ok(json!({"events": events}).into())
    }

    async fn bench(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        let recall: Option<memsvc::RecallRequest> = match command.method.as_str() {
            "Recall" => Some(self.read_of(command)?),
            _ => None,
        };
        let mut times = Vec::new();
        for _ in 0..command.warmup + command.count {
            let started = Instant::now();
            match &recall {
                Some(request) => drop(client.recall(request.clone()).await?),
                None => drop(
                    client
                        .get_server_info(memsvc::GetServerInfoRequest {})
                        .await?,
                ),
            }
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        let mut counted = times.split_off(command.warmup);
        counted.sort_by(f64::total_cmp);
        let share = |part: usize| counted[counted.len() * part / 100];
        Ok(json!({"p50_ms": share(50), "p95_ms": share(95)}).into())
    }

    fn read_of<T: Message + Default>(&self, command: &Command) -> Result<T, Anything> {
        let kind = format!("{}Request", command.method);
        self.mapping.read(&kind, &command.request)
    }
}

fn broken_off(events: &[Value], error: &Error) -> Answer {
    Answer {
        response: Some(json!({"events": events})),
        error: Some(told(error)),
    }
}

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let mut driver = Driver::new()?;
    let mut lines = BufReader::new(stdin()).lines();
    let mut output = stdout();
    while let Some(line) = lines.next_line().await? {
        let command: Command = serde_json::from_str(&line)?;
        let mut told = match driver.answer(&command).await {
            Ok(Answer { response, error }) => {
                let mut told = json!({});
                if let Some(response) = response {
                    told["response"] = response;
                }
                if let Some(error) = error {
                    told["error"] = error;
                }
                told
            }
            Err(failure) => json!({"failure": failure.to_string()}),
        };
        told["id"] = command.id;
        output.write_all(format!("{told}\n").as_bytes()).await?;
        output.flush().await?;
    }
    Ok(())
}
