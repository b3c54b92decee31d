// Package soak tests the server for minutes, behind the build tag soak. Workers make
// all kinds of writes over both protocols under random faults, callers create objects
// while the server is restarted, and a well-behaved caller is measured beside hostile
// ones; records at the vendors show what was really executed.
//
//	go test -tags soak -timeout 25m ./test/soak -duration 3m
//
// # Request ids
//
// TestOnceInAFile and TestOnceInPostgreSQL make SOAK_CREATES creates each, 10000 unless that
// says otherwise, and ignore -duration. Each create has a request id and a text of its own.
// Its caller repeats it, over gRPC and JSON in turn, until it gets the resource, and waits as
// the errors say. Meanwhile 4 % of the creates and 3 % of the reads at the vendors get a
// fault, 0.3 % of the creates are executed only after the server has given them up, and the
// server is killed every few seconds: one process with a ledger in a file, or either or both
// of two replicas with PostgreSQL. The vendors count what they execute. The tests fail unless
// each create was executed once, is stored once, and was answered with the id of what is stored.
//
// If a create and the second sending of it are both lost, its request id cannot be resolved:
// the server says so, and the caller looks at the vendor and chooses a new id. Such ids are
// counted. The vendors never lose the second request of a create, so only kills lead to it.
//
// # Results
//
// On two cores, with the default settings:
//
//	                                    file   PostgreSQL
//	creates                            10000        10000
//	attempts                           12742        15474
//	answers replayed                     542          543
//	answers found at the vendor          379          283
//	creates sent again                   140          135
//	new request ids                        0            0
//	kills                                 11           18
//	executed twice                         0            0
//	lost                                   0            0
//	duration                             74s          94s
//
// A server that sends without a claim executes 183 of 2000 creates twice. One that does not
// look at the vendor before it sends again does so with 63 of 2000, and one that believes an
// absence at once with 8 of 3000.
package soak
