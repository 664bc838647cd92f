// Package networktest is the one suite for every driver: it runs a driver
// against its network's sandbox over real HTTP, in good and in bad weather, and
// judges by the sandbox's ledger, not by what the driver says.
//
// What a network can do comes from expected.json, which is written from
// published descriptions, each line with its source: an ability that a driver
// does not declare fails unless the source says that it is impossible, and so
// does one it declares though the source says so.
//
// A driver's test calls [Run] with a [Harness] and adds what is its own network's
// alone.
package networktest
