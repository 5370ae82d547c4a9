//! Streams: a chat that is read, an upload whose source may fail.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::stream::{Stream, StreamExt};
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep, sleep_until},
};
use tonic::Streaming;

use crate::{contract::ChatEvent, error::Error};

/// The steps of an answer, as they come. Dropping it cancels the answer at the server.
#[derive(Debug)]
#[must_use = "an answer that nobody reads is cancelled"]
pub struct ChatStream {
    events: Streaming<ChatEvent>,
    deadline: Pin<Box<Sleep>>,
    ended: bool,
}

impl ChatStream {
    pub(crate) fn new(events: Streaming<ChatEvent>, deadline: Instant) -> Self {
        Self {
            events,
            deadline: Box::pin(sleep_until(deadline)),
            ended: false,
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = match self.events.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(event))) => return Poll::Ready(Some(Ok(event))),
            Poll::Ready(Some(Err(status))) => Some(Err(Error::of(status, "Chat"))),
            Poll::Ready(None) => None,
            Poll::Pending => match self.deadline.as_mut().poll(context) {
                Poll::Ready(()) => Some(Err(Error::deadline_exceeded())),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.ended = true;
        Poll::Ready(next)
    }
}

/// Takes requests from a source that may fail.
///
/// When the source fails it tells by the receiver, and the stream gives nothing more and does not end:
/// a stream that ended would look complete to the server.
pub(crate) fn watched<S, T, E>(
    source: S,
) -> (impl Stream<Item = T> + Send + 'static, oneshot::Receiver<E>)
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (tell, told) = oneshot::channel();
    let state = (Box::pin(source), Some(tell));
    let requests = futures_util::stream::unfold(state, |(mut source, mut tell)| async move {
        match source.next().await {
            Some(Ok(request)) => Some((request, (source, tell))),
            Some(Err(error)) => {
                if let Some(tell) = tell.take() {
                    let _ = tell.send(error);
                }
                std::future::pending().await
            }
            None => None,
        }
    });
    (requests, told)
}
