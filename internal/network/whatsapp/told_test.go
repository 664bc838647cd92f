package whatsapp_test

import (
	"fmt"

	"github.com/kithhq/kith/internal/network/networktest"
)

// told are webhooks of one number: words, a reaction to them, and what became of an
// answer of ours.
func told() [][]byte {
	bodies := []string{
		`"contacts":[` + known(1) + `],"messages":[` + wrote(1) + `]`,
		`"contacts":[` + known(1) + `],"messages":[{"from":"336123401","id":"wamid.R1=","timestamp":"1779372811","type":"reaction","reaction":{"message_id":"wamid.OURS=","emoji":"👍"}}]`,
		`"statuses":[{"id":"wamid.OURS=","status":"sent","timestamp":"1779372812","recipient_id":"336123401"}]`,
		`"statuses":[{"id":"wamid.OURS=","status":"read","timestamp":"1779372813","recipient_id":"336123401"}]`,
		`"contacts":[` + known(2) + `],"messages":[` + wrote(2) + `]`,
	}
	all := make([][]byte, len(bodies))
	for i, b := range bodies {
		all[i] = number(b)
	}
	return all
}

func number(told string) []byte {
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"102","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"106"},%s}}]}]}`, told)
}

func known(i int) string {
	return fmt.Sprintf(`{"profile":{"name":"Ada Martin"},"wa_id":"3361234%02d"}`, i)
}

func wrote(i int) string {
	return fmt.Sprintf(`{"from":"3361234%02d","id":"wamid.T%d=","timestamp":"1779372801","type":"text","text":{"body":"Bonjour"}}`, i, i)
}

// crowd is what n people wrote.
func crowd(n int) []byte {
	return number(`"contacts":[` + networktest.Joined(n, known) + `],"messages":[` + networktest.Joined(n, wrote) + `]`)
}
