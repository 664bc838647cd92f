package network

import "time"

// Notice is what a network tells of an account itself and of nothing that people do there:
// of its templates, of its limits, of what it may do. What is told later of the same
// subject takes the place of what was told before.
type Notice struct {
	// Subject is what it is about, in the driver's own words. Empty: there is nothing to be
	// kept, and screens ask again what they show.
	Subject string
	// Template is the name of the template it is about; "": it is about the account.
	Template string
	// TemplateID is the id of that template.
	TemplateID string
	// Level is how it is with the subject from now on: AllWell, Warned or Barred.
	Level string
	Text  string // a sentence; "" where all is well
	Fix   string // what mends it
	// Ends is when it is over, as the network says; zero: it does not say.
	Ends time.Time
	// Until is when nobody needs to be told any more, whatever the network says; zero: never.
	Until time.Time
	// Limit is one of the account's limits as it is from now on; nil: none is told.
	Limit *QuotaUse
}

// How it may be with the subject of a notice.
const (
	AllWell = ""
	Warned  = "warned" // it goes on, and somebody should look
	Barred  = "barred" // something is not possible any more
)
