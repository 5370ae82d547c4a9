//! Users as a whole, and what a tenant may use.

use std::convert::Infallible;

use futures_util::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::{
    client::MemoryClient,
    contract::{self, ImportUserRequest},
    error::{Error, UploadError},
    macros::unary,
};

/// About how many bytes of an import go in one message: far below what the server takes.
const PIECE_BYTES: usize = 256 * 1024;

impl MemoryClient {
    unary! {
        /// Forgets a user for good; the report tells what was removed. Calling it again is harmless. It fails with
        /// USER_HELD while the user's memories are held.
        user.erase_user, "EraseUser", EraseUserRequest -> EraseUserResponse
    }

    unary! {
        /// Lets an erased user be remembered anew. It is not repeated. It fails with ERASURE_UNDER_WAY while rows
        /// are still being removed, and with USER_NOT_FOUND if the user was not erased.
        user.reopen_user, "ReopenUser", ReopenUserRequest -> ReopenUserResponse
    }

    unary! {
        /// Returns how large requests may be, how fast they may come, and what each method costs.
        admin.get_limits, "GetLimits", GetLimitsRequest -> GetLimitsResponse
    }

    unary! {
        /// Returns how much of its quotas the tenant has used.
        admin.get_quota, "GetQuota", GetQuotaRequest -> GetQuotaResponse
    }

    /// Gives all that is remembered of a user as lines of JSON, without their ends; the last one of the type
    /// "end" if the export is whole. It may take 300 seconds in all unless [`with_timeout`](Self::with_timeout)
    /// says otherwise, and is not repeated. Dropping it cancels the export.
    ///
    /// # Errors
    ///
    /// The call failed before the first line; later failures come in the stream.
    pub async fn export_user(
        &self,
        request: contract::ExportUserRequest,
    ) -> Result<BoxStream<'static, Result<String, Error>>, Error> {
        let mut user = self.user.clone();
        let pieces = self
            .calls
            .server_stream("ExportUser", request, async move |request| {
                user.export_user(request).await
            })
            .await?;
        let lines = pieces.map_ok(|piece| {
            let lines: Vec<_> = piece
                .lines
                .split_terminator('\n')
                .map(String::from)
                .collect();
            stream::iter(lines.into_iter().map(Ok))
        });
        Ok(lines.try_flatten().boxed())
    }

    /// Takes in what [`export_user`](Self::export_user) gave, into the user `user_id`, or for an empty one into
    /// the user it was of. Lines may end with a line feed. It may take 300 seconds unless
    /// [`with_timeout`](Self::with_timeout) says otherwise. An import is not repeated; one that broke off can be
    /// sent again, for what is there already is left as it is.
    ///
    /// # Errors
    ///
    /// The call failed; see [`Error`].
    pub async fn import_user<S>(
        &self,
        user_id: &str,
        lines: S,
    ) -> Result<contract::ImportUserResponse, Error>
    where
        S: Stream<Item = String> + Send + 'static,
    {
        let imported = self
            .try_import_user(user_id, lines.map(Ok::<_, Infallible>))
            .await;
        imported.map_err(UploadError::of_call)
    }

    /// Does as [`import_user`](Self::import_user) with a source that may fail: the call is then cancelled.
    ///
    /// # Errors
    ///
    /// The call failed, or the source of lines did.
    pub async fn try_import_user<S, E>(
        &self,
        user_id: &str,
        lines: S,
    ) -> Result<contract::ImportUserResponse, UploadError<E>>
    where
        S: Stream<Item = Result<String, E>> + Send + 'static,
        E: Send + 'static,
    {
        let mut user = self.user.clone();
        let pieces = pieces_of(user_id.to_owned(), lines);
        self.calls
            .upload("ImportUser", pieces, async move |request| {
                user.import_user(request).await
            })
            .await
    }
}

/// Gathers lines until there are enough of them for a message.
fn pieces_of<S, E>(
    user_id: String,
    lines: S,
) -> impl Stream<Item = Result<ImportUserRequest, E>> + Send + 'static
where
    S: Stream<Item = Result<String, E>> + Send + 'static,
    E: Send + 'static,
{
    let state = (String::new(), lines.boxed().fuse());
    stream::try_unfold(state, move |(mut gathered, mut source)| {
        let user_id = user_id.clone();
        async move {
            while let Some(line) = source.try_next().await? {
                let line = line.strip_suffix('\n').unwrap_or(&line);
                if !gathered.is_empty() && gathered.len() + line.len() >= PIECE_BYTES {
                    let lines = std::mem::replace(&mut gathered, format!("{line}\n"));
                    let request = ImportUserRequest { user_id, lines };
                    return Ok(Some((request, (gathered, source))));
                }
                gathered.push_str(line);
                gathered.push('\n');
            }
            let lines = std::mem::take(&mut gathered);
            let last = (!lines.is_empty()).then_some(ImportUserRequest { user_id, lines });
            Ok(last.map(|request| (request, (gathered, source))))
        }
    })
}
