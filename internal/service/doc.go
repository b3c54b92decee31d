// Package service implements the gRPC services of the contract. A method
// translates the request into one vendor call and its answer back; everything
// else about a call happens before or below it.
package service
