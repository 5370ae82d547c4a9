//! A real gRPC server whose answers a test writes; it keeps what it was sent.

#![allow(dead_code)] // each file of tests uses a part of it

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use futures_util::{StreamExt, stream, stream::BoxStream};
use memsvc_client::tonic::{
    Code, Request, Response, Status, Streaming,
    body::Body,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::{Service, http},
    metadata::MetadataMap,
    server::{Grpc, NamedService, StreamingService},
    transport::Server,
};
use prost::bytes::{Buf, BufMut, Bytes};
use tokio::{net::TcpListener, sync::Notify};
use tokio_stream::wrappers::TcpListenerStream;

/// What one call is answered with.
pub enum Answer {
    /// Messages, then the end.
    Messages(Vec<Bytes>),
    /// An end with a status.
    End(Status),
    /// Messages, then nothing more until the caller goes away.
    Hang(Vec<Bytes>),
}

/// One attempt of one call, as it came in.
pub struct Received {
    pub method: String,
    pub metadata: MetadataMap,
    pub requests: Vec<Bytes>,
}

#[derive(Default)]
struct State {
    answers: Mutex<VecDeque<Answer>>,
    received: Mutex<Vec<Received>>,
    gone: Notify,
}

/// The server, as a test sees it.
#[derive(Clone)]
pub struct ScriptedServer {
    pub address: SocketAddr,
    state: Arc<State>,
}

impl ScriptedServer {
    /// Starts it on a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let router = Server::builder()
            .add_service(Memory(state.clone()))
            .add_service(Job(state.clone()))
            .add_service(Admin(state.clone()))
            .add_service(User(state.clone()))
            .add_service(ApiKey(state.clone()))
            .add_service(Trust(state.clone()));
        tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
        Self { address, state }
    }

    /// Adds what the next call is answered with; without any, calls get an empty message.
    pub fn answer(&self, answer: Answer) -> &Self {
        self.state.answers.lock().unwrap().push_back(answer);
        self
    }

    /// Returns what has come in, and forgets it.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut *self.state.received.lock().unwrap())
    }

    /// Waits until the caller of a hanging answer has gone away.
    pub async fn caller_is_gone(&self) {
        self.state.gone.notified().await;
    }
}

/// Tells that a call's answer was dropped.
struct Gone(Arc<State>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.gone.notify_one();
    }
}

#[derive(Clone)]
struct Memory(Arc<State>);
#[derive(Clone)]
struct Job(Arc<State>);
#[derive(Clone)]
struct Admin(Arc<State>);
#[derive(Clone)]
struct User(Arc<State>);
#[derive(Clone)]
struct ApiKey(Arc<State>);
#[derive(Clone)]
struct Trust(Arc<State>);

macro_rules! service {
    ($kind:ident, $name:literal) => {
        impl NamedService for $kind {
            const NAME: &'static str = $name;
        }

        impl Service<http::Request<Body>> for $kind {
            type Response = http::Response<Body>;
            type Error = Infallible;
            type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: http::Request<Body>) -> Self::Future {
                let method = request.uri().path().rsplit('/').next().unwrap().to_owned();
                let scripted = Scripted {
                    state: self.0.clone(),
                    method,
                };
                Box::pin(async move { Ok(Grpc::new(Raw).streaming(scripted, request).await) })
            }
        }
    };
}

service!(Memory, "memsvc.v1.MemoryService");
service!(Job, "memsvc.v1.JobService");
service!(Admin, "memsvc.v1.AdminService");
service!(User, "memsvc.v1.UserService");
service!(ApiKey, "memsvc.v1.ApiKeyService");
service!(Trust, "memsvc.v1.TrustService");

struct Scripted {
    state: Arc<State>,
    method: String,
}

impl StreamingService<Bytes> for Scripted {
    type Response = Bytes;
    type ResponseStream = BoxStream<'static, Result<Bytes, Status>>;
    type Future =
        Pin<Box<dyn Future<Output = Result<Response<Self::ResponseStream>, Status>> + Send>>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        let (state, method) = (self.state.clone(), self.method.clone());
        Box::pin(async move {
            let gone = Gone(state.clone());
            let (metadata, _, mut incoming) = request.into_parts();
            let mut requests = Vec::new();
            while let Some(message) = incoming.next().await {
                requests.push(message?);
            }
            state.received.lock().unwrap().push(Received {
                method,
                metadata,
                requests,
            });
            let answer = state.answers.lock().unwrap().pop_front();
            let empty = || vec![Bytes::new()];
            match answer.unwrap_or_else(|| Answer::Messages(empty())) {
                Answer::End(status) => Err(status),
                Answer::Messages(messages) => Ok(Response::new(
                    stream::iter(messages.into_iter().map(Ok)).boxed(),
                )),
                Answer::Hang(messages) => {
                    let silence = stream::once(async move {
                        let _gone = gone;
                        std::future::pending().await
                    });
                    let messages = stream::iter(messages.into_iter().map(Ok));
                    Ok(Response::new(messages.chain(silence).boxed()))
                }
            }
        })
    }
}

/// Messages as the bytes that they are.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}

/// An end that makes a client repeat the call.
pub fn unavailable() -> Answer {
    Answer::End(Status::new(Code::Unavailable, "away"))
}
