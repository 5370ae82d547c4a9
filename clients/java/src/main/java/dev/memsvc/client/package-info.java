/**
 * The Java client of memsvc, the long-term memory for AI applications.
 *
 * <p>A {@link dev.memsvc.client.MemoryClient} speaks with a server. Each of its methods is an RPC
 * of the contract {@code memsvc.v1}: it takes the request and gives the response. The messages and
 * enums of the contract stand in package {@code dev.memsvc.v1}, which is part of this library; what
 * a field means, its unit and its range are said with it.
 *
 * <p>A unary call that ends with UNAVAILABLE is retried up to three times within its deadline. A
 * request with an empty {@code request_id} is sent with a random one, the same in all attempts, so
 * that a write happens once. Streams are not retried.
 *
 * <p>A call that fails throws a {@link dev.memsvc.client.MemsvcException}. Decide by its reason or
 * its code, never by its text.
 */
package dev.memsvc.client;
