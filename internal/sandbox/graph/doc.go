// Package graph is the grammar that Meta's pretended networks share: parameters in every form Graph takes, the expansion of fields,
// lists in pages, error bodies, tokens and proofs, multipart forms, and the courier that brings signed webhooks, twice, late or never
// as the weather wants it. What there is to be asked for, each network says itself.
package graph
