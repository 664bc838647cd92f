// Package sandbox is the stage on which pretended networks play: a clock that can be moved, people who talk, weather that goes
// wrong, a ledger that remembers every accepted write, and a gate at which a test stops a request at an exact step.
//
// A network's sandbox (sandbox/facebook, …) is written from that network's documentation alone and stands on this package and on
// nothing else of ours: the wire is the contract. Everything is in memory. Nothing here survives the process, except what the
// other side wrote down.
//
// # How a network stands on the stage
//
//	st := sandbox.New(sandbox.Options{Seed: 1})
//	fb := facebook.New(st, …)           // the package calls st.Open(sandbox.Network{…}) and keeps the handler
//	http.Serve(listener, fb.Handler())  // the network's address
//	http.Serve(other, st.Control())     // the control door, under /sandbox/
//
// [Stage.Open] takes a [Network] (name, handler, how a request is called, how a refusal looks, who acts) and answers a handler
// that plays weather and gate around it. Inside, the network asks [From] for the [Call] in hand:
//
//	call := sandbox.From(r.Context())
//	call.Now()                          // the stage's time: created_time and the like
//	call.ListedLate()                   // how long this post stays out of lists; 0 in good weather
//	call.Twin()                         // whether an identical post has to be there already
//	call.Has(sandbox.TokenExpired)      // mishaps only the network knows how to play
//	call.Accept(sandbox.Entry{…})       // writes the ledger: from here on, the write has happened
//
// Answers are held back until the handler returns (not for [Stream] actions), so the stage can lose them, slow them, cut them or
// add unknown fields. A handler must therefore hold no lock of its own when it returns, and needs no flush.
//
// # The steps of a request
//
// "request-begun" (headers and about half of the body are read) · the weather before acceptance (latency, maintenance, cut,
// throttled, server_error) · the handler · "accepted" (in the ledger, nothing sent yet) · the weather after acceptance
// (error_after, lost_answer, cut_answer, slow_answer, unknown_fields) · "answered" (flushed).
//
// # The control door, all JSON, snake_case
//
//	GET    /sandbox/state                 {clock, networks:[{name, accounts:[{id,name}], plays:[kind]}], weather:[…], scenarios:[…], people:int, requests:int, ledger:int}
//	GET    /sandbox/clock                 {now, speed, until?: where it hurries to}
//	POST   /sandbox/clock                 {now?: RFC 3339, advance_s?: number, speed?: number (0 stands still),
//	                                       until?: RFC 3339, as fast as everybody can follow, then as before}
//	GET    /sandbox/weather               {items:[Mishap], kinds:[…], presets:[…]}
//	POST   /sandbox/weather               Mishap → Mishap with id; 400 where the network it names does not play its kind
//	PUT    /sandbox/weather               {items:[Mishap]} replaces all · {preset:"stormy", network?} replaces all
//	DELETE /sandbox/weather[/{id}]
//	         Mishap = {id, network, action, kind, probability, times, left, delay_ms, jitter_ms, status, retry_after_s, seconds, copies, scopes}
//	GET    /sandbox/people?mood=&lang=    {items:[{id,name,handle,lang,mood,avatar_url}]}
//	GET    /sandbox/people/{id}/avatar.svg
//	POST   /sandbox/talk                  {network, account, person?|mood?|lang?, kind: comment|react|follow|message|edit|remove, target?, text?, reaction?} → {id, person, text, target}
//	GET    /sandbox/posts?network=&account=  {items:[{id, account, text, at}]} what people can talk about
//	GET    /sandbox/scenarios             {items:[Scene], past:[Scene], known:[{name,fr,en,about:{fr,en},learn:{fr,en},phases:[{at,fr,en}],usual_s,one_network}]}
//	POST   /sandbox/scenarios             {name, network?, account?, target?, intensity?, for_s?} → Scenario
//	DELETE /sandbox/scenarios[/{id}]
//	GET    /sandbox/ledger?network=&account=&action=&after=SEQ&text=   {items:[Entry], last}
//	GET    /sandbox/ledger/duplicates?pattern=REGEXP   {items:[{marker, entries:[Entry]}]}
//	PUT    /sandbox/gate                  {stops:[{step, network, action, match, times, hold}]} replaces the stops; arrivals keep their numbers
//	GET    /sandbox/gate?after=N&wait_s=S {items:[Arrival], last}: answers as soon as there is one after N (long poll)
//	POST   /sandbox/gate/release          {arrival?: N, all?: true, drop?: true}: drop cuts the connection instead of going on
//	DELETE /sandbox/gate                  forgets all stops and releases whoever waits
//
// Errors are {error:{message}} with 400 or 404.
package sandbox
