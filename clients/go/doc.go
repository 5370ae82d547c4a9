// Package memsvc is the Go client of memsvc, the long-term memory for AI applications.
//
// A [Client] speaks with a server. Each of its methods is an RPC of the contract memsvc.v1: it takes
// the request and gives the response. The messages and enums of the contract stand in this package
// under their own names; what a field means, its unit and its range are said with it.
//
// # Context
//
// The context of a call carries what is particular to it. Its deadline is the call's; without one, a
// call has the client's (see [WithTimeout] and [WithStreamTimeout]). Its outgoing metadata are headers
// of the call and go before those of the client (see [WithHeader]):
//
//	ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", "r-17")
//
// # Retries
//
// A unary call that ends with UNAVAILABLE is retried up to three times within its deadline. A request
// with an empty request_id is sent with a random one, the same in all attempts, so that a write happens
// once. The caller's message is never changed. Streams are not retried.
//
// # Errors
//
// A call that fails returns an [*Error]. Decide by its reason with [HasReason], or by its code with
// [google.golang.org/grpc/status.Code].
package memsvc

// Version is the version of this client.
const Version = "0.2.0"
