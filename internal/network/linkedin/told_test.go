package linkedin_test

import (
	"fmt"

	"github.com/kithhq/kith/internal/network/networktest"
)

// told are webhooks of one Page: somebody comments, changes it and takes it back, and
// somebody likes the post.
func told() [][]byte {
	return [][]byte{
		notified(notice(1, "COMMENT", "Bonjour")),
		notified(notice(1, "COMMENT_EDIT", "Bonjour again")),
		notified(notice(1, "COMMENT_DELETE", "")),
		notified(notice(2, "COMMENT", "Bonjour aussi")),
		notified(`{"notificationId":55,"organizationalEntity":"urn:li:organization:96070001","action":"LIKE","lastModifiedAt":1791574906310,"sourcePost":"urn:li:activity:7514637247890620418","decoratedSourcePost":{"owner":"urn:li:organization:96070001","entity":"urn:li:share:7514637247487995904"},"generatedActivity":"urn:li:reaction:(urn:li:person:p9,urn:li:activity:7514637247890620418)"}`),
	}
}

func notified(all string) []byte {
	return fmt.Appendf(nil, `{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[%s]}`, all)
}

func notice(i int, action, text string) string {
	urn := fmt.Sprintf("urn:li:comment:(urn:li:activity:7514637247890620418,75149777175986%d)", 10000+i)
	return fmt.Sprintf(`{"notificationId":56%d,"organizationalEntity":"urn:li:organization:96070001","action":"%s","lastModifiedAt":1791574506310,"sourcePost":"urn:li:activity:7514637247890620418",`+
		`"decoratedSourcePost":{"owner":"urn:li:organization:96070001","entity":"urn:li:share:7514637247487995904"},"generatedActivity":"%s",`+
		`"decoratedGeneratedActivity":{"comment":{"owner":"urn:li:person:p%d","text":"%s","entity":"%s","object":"urn:li:activity:7514637247890620418"}}}`, i, action, urn, i, text, urn)
}

// crowd is what n people said.
func crowd(n int) []byte {
	return notified(networktest.Joined(n, func(i int) string { return notice(i, "COMMENT", "Bonjour") }))
}
