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
    (user) => {
        "memsvc.v1.UserService"
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

/// Writes the services that the client has no methods for: a struct for each, with a method for each call.
macro_rules! services {
    ($(
        #[doc = $doc:literal]
        $service:ident($stub:ident) of $name:ident in $full_name:literal {
            $($method:ident $rpc:literal $request:ident -> $response:ident $(, $prepare:ident)?;)*
        }
    )*) => {
        impl Services {
            $(
                #[doc = $doc]
                pub fn $name(&self) -> $service {
                    let stub = $stub::new(self.channel.clone());
                    $service {
                        stub: stub.max_decoding_message_size(self.max_message_bytes),
                        calls: self.calls.clone(),
                    }
                }
            )*
        }
        $(
            #[doc = $doc]
            #[derive(Clone, Debug)]
            pub struct $service {
                stub: $stub<Channel>,
                calls: Calls,
            }

            impl $service {
                $(
                    #[doc = concat!("Calls `", $rpc, "`.")]
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
                            .unary(($full_name, $rpc), request, |request| {
                                let mut stub = self.stub.clone();
                                async move { stub.$method(request).await }
                            })
                            .await
                    }
                )*
            }
        )*
    };
}

pub(crate) use {paged, service, services, unary};
