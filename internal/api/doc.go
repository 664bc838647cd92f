// Package api is the REST door: every verb of the house as HTTP, from Go types.
//
// # What is authoritative
//
// The Go types are: the OpenAPI text is made from them, served at
// /api/v1/openapi.json and kept as the golden file api/openapi.json. One file
// for each resource holds its types, its operations and their handlers.
//
// # Promises
//
// Every error is application/problem+json; problem.go has the one table from
// fault kinds to statuses. Every operation but the open ones asks who is there
// and whether they may, before anything is read. A write with an
// Idempotency-Key has its effect once; the key and the answer are kept in the
// transaction of the effect itself. Unknown fields and parameters are refused.
//
// # May be lost
//
// News: a screen asks again when its line comes back.
package api
