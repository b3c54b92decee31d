/**
 * Client of sipfacade over gRPC: a channel with deadlines, retries and credentials, and what
 * callers need around the generated stubs of {@code com.sipfacade.v1}.
 */
package com.sipfacade.client;
