//! What methods of the same shape are written by.

/// The full name of the service that a stub of the client speaks with.
macro_rules! service {
    (memory) => {
        "memsvc.v1.MemoryService"
    };
    (job) => {
        "memsvc.v1.JobService"
    };
    (admin) => {
        "memsvc.v1.AdminService"
    };
}

/// Writes a method that makes one unary call.
macro_rules! unary {
    (
        $(#[$doc:meta])* $stub:ident.$method:ident, $rpc:literal,
        $request:ident -> $response:ident $(, $prepare:ident)?
    ) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// The call failed; see [`Error`](crate::Error).
        pub async fn $method(
            &self,
            request: crate::contract::$request,
        ) -> Result<crate::contract::$response, crate::Error> {
            $(let request = $prepare(request);)?
            self.calls
                .unary((crate::macros::service!($stub), $rpc), request, |request| {
                    let mut stub = self.$stub.clone();
                    async move { stub.$method(request).await }
                })
                .await
        }
    };
}

/// Writes a method that lists what comes in pages.
macro_rules! paged {
    (
        $(#[$doc:meta])* $stub:ident.$method:ident, $rpc:literal,
        $request:ident -> $response:ident
    ) => {
        $(#[$doc])*
        pub fn $method(
            &self,
            request: crate::contract::$request,
        ) -> crate::Pager<crate::contract::$response> {
            let client = self.clone();
            let first_token = request.page_token.clone();
            let fetch = move |page_token: String| {
                let client = client.clone();
                let request = crate::contract::$request { page_token, ..request.clone() };
                let call = async move {
                    let stub = &client.$stub;
                    client
                        .calls
                        .unary((crate::macros::service!($stub), $rpc), request, |request| {
                            let mut stub = stub.clone();
                            async move { stub.$method(request).await }
                        })
                        .await
                };
                Box::pin(call) as futures_util::future::BoxFuture<'static, _>
            };
            crate::Pager::new(std::sync::Arc::new(fetch), first_token)
        }
    };
}

pub(crate) use {paged, service, unary};
