//! The Rust client of memsvc, the long-term memory for AI applications.
//!
//! [`MemoryClient`] speaks with a server. Requests and responses are the messages of the contract
//! `memsvc.v1`; all of them, and its enums, stand here under their own names.
//!
//! ```no_run
//! use memsvc_client::{MemoryClient, RecallRequest};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = MemoryClient::new_lazy("127.0.0.1:50051")?;
//! let request = RecallRequest {
//!     user_id: "ana".into(),
//!     query: "Where do I live?".into(),
//!     ..Default::default()
//! };
//! println!("{}", client.recall(request).await?.context_block);
//! # Ok(())
//! # }
//! ```

mod builder;
mod calls;
mod client;
mod error;
mod facts;
mod macros;
mod pager;
mod retry;
mod services;
mod streams;
mod users;

/// The messages, enums and bare stubs of the contract, as they are generated.
#[allow(clippy::all, clippy::pedantic, missing_docs, rustdoc::all)]
pub mod contract {
    tonic::include_proto!("memsvc.v1");
}

pub use builder::{
    DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_TARGET, DEFAULT_TIMEOUT, InvalidSetting,
    MemoryClientBuilder, STREAM_TIMEOUT,
};
pub use client::MemoryClient;
pub use contract::*;
pub use error::{Error, FieldViolation, UploadError};
pub use pager::{Page, Pager};
pub use services::{
    Admin, ApiKeys, Auth, Conversations, Personas, Profiles, Projects, Providers, Retention,
    Services, Trust,
};
pub use streams::ServerStream;
/// What the client is made of, in the versions that it takes.
pub use {prost_types, tonic};
