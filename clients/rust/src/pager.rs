//! Lists that come page by page, as one stream.

use std::{fmt, sync::Arc};

use futures_util::{
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt, TryStreamExt},
};

use crate::{contract, error::Error};

type Fetch<R> = Arc<dyn Fn(String) -> BoxFuture<'static, Result<R, Error>> + Send + Sync>;

/// All items of a list, fetched page by page as they are asked for.
///
/// Nothing is sent before the first item or page is asked for. Each page is a call of its own, with its
/// own deadline and retries.
#[must_use = "nothing is sent until items or pages are asked for"]
pub struct Pager<R: Page> {
    fetch: Fetch<R>,
    first_token: String,
}

/// A response that is one page of a list.
pub trait Page: Send + 'static {
    /// What the list consists of.
    type Item: Send + 'static;

    /// Returns where the next page begins; empty after the last one.
    fn next_page_token(&self) -> &str;

    /// Returns the page's items.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<R: Page> Pager<R> {
    pub(crate) fn new(fetch: Fetch<R>, first_token: String) -> Self {
        Self { fetch, first_token }
    }

    /// Returns the items of all pages, from the request's `page_token` on.
    pub fn items(self) -> BoxStream<'static, Result<R::Item, Error>> {
        let pages = self.pages();
        pages
            .map_ok(|page| stream::iter(page.into_items().into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    /// Returns the responses: items, `next_page_token` and what else a page carries.
    pub fn pages(self) -> BoxStream<'static, Result<R, Error>> {
        let Self { fetch, first_token } = self;
        stream::try_unfold(Some(first_token), move |token| {
            let fetch = fetch.clone();
            async move {
                let Some(token) = token else { return Ok(None) };
                let page = fetch(token).await?;
                let next = page.next_page_token();
                let next = (!next.is_empty()).then(|| next.to_owned());
                Ok(Some((page, next)))
            }
        })
        .boxed()
    }
}

impl<R: Page> fmt::Debug for Pager<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pager")
            .field("first_token", &self.first_token)
            .finish_non_exhaustive()
    }
}

macro_rules! page {
    ($($response:ident: $field:ident of $item:ident),*) => {
        $(impl Page for contract::$response {
            type Item = contract::$item;

            fn next_page_token(&self) -> &str {
                &self.next_page_token
            }

            fn into_items(self) -> Vec<Self::Item> {
                self.$field
            }
        })*
    };
}

page!(
    SearchResponse: results of SearchResult,
    ListMemoriesResponse: memories of Memory,
    ListMemoryTimelineResponse: memories of Memory,
    ListDeadJobsResponse: jobs of Job
);
