//! Streams: an answer that is read bit by bit, an upload whose source may fail.

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

use crate::error::Error;

/// What a server answers bit by bit, as it comes. Dropping it cancels the call at the server.
#[derive(Debug)]
#[must_use = "a stream that nobody reads is cancelled"]
pub struct ServerStream<T> {
    events: Streaming<T>,
    method: &'static str,
    deadline: Pin<Box<Sleep>>,
    ended: bool,
}

impl<T> ServerStream<T> {
    pub(crate) fn new(events: Streaming<T>, method: &'static str, deadline: Instant) -> Self {
        Self {
            events,
            method,
            deadline: Box::pin(sleep_until(deadline)),
            ended: false,
        }
    }
}

impl<T> Stream for ServerStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = match self.events.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(event))) => return Poll::Ready(Some(Ok(event))),
            Poll::Ready(Some(Err(status))) => Some(Err(Error::of(status, self.method))),
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
