package instagram_test

import (
	"fmt"

	"github.com/kithhq/kith/internal/network/networktest"
)

// told are webhooks of one account: comments, mentions and what is written in private.
func told() [][]byte {
	bodies := []string{
		`"changes":[` + said(1) + `]`,
		`"changes":[{"field":"comments","value":{"from":{"id":"7002","username":"max"},"media":{"id":"178"},"id":"1792","parent_id":"1791","text":"Bonjour aussi"}}]`,
		`"changes":[{"field":"mentions","value":{"media_id":"17908","comment_id":"17909"}}]`,
		`"field":"comments","value":{"id":"17911","from":{"id":"7004","username":"lena"},"text":"Bonjour","media":{"id":"178"}}`,
		`"messaging":[` + wrote(5) + `]`,
		`"messaging":[{"sender":{"id":"805"},"recipient":{"id":"1784"},"timestamp":1782000061123,"message":{"mid":"m_5","is_deleted":true}}]`,
		`"messaging":[{"sender":{"id":"806"},"recipient":{"id":"1784"},"timestamp":1782000062123,"reaction":{"mid":"m_6","action":"react","reaction":"love","emoji":"\u2764\ufe0f"}}]`,
		`"messaging":[{"sender":{"id":"806"},"recipient":{"id":"1784"},"timestamp":1782000063123,"reaction":{"mid":"m_6","action":"unreact"}}]`,
		`"messaging":[{"sender":{"id":"807"},"recipient":{"id":"1784"},"timestamp":1782000064123,"postback":{"mid":"m_7","title":"Bonjour","payload":"P"}}]`,
	}
	all := make([][]byte, len(bodies))
	for i, b := range bodies {
		all[i] = fmt.Appendf(nil, `{"object":"instagram","entry":[{"id":"1784","time":1782000000,%s}]}`, b)
	}
	return all
}

func said(i int) string {
	return fmt.Sprintf(`{"field":"comments","value":{"from":{"id":"70%d","username":"zoe"},"media":{"id":"178","media_product_type":"FEED"},"id":"179%d","text":"Bonjour"}}`, i, i)
}

func wrote(i int) string {
	return fmt.Sprintf(`{"sender":{"id":"80%d"},"recipient":{"id":"1784"},"timestamp":1782000060123,"message":{"mid":"m_%d","text":"Bonjour"}}`, i, i)
}

// crowd is what n people said: below a post, and every fourth in private.
func crowd(n int) []byte {
	comments := n - n/4
	return fmt.Appendf(nil, `{"object":"instagram","entry":[{"id":"1784","time":1782000000,"changes":[%s],"messaging":[%s]}]}`,
		networktest.Joined(comments, said), networktest.Joined(n-comments, wrote))
}
