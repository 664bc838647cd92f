package messenger

import (
	"testing"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
)

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"message":{"id":"m_1","with":{"id":"2"},"text":"hello","sent":1458692752478}}`))
	f.Add([]byte(`{"message":{"what":"reacted","id":"m_1","with":{"id":"2"},"version":"1458692752478"}}`))
	f.Add([]byte(`{"named":{"id":"2","name":"Ada","picture":"https://x.example/1"},"at":1458692752478}`))
	f.Add([]byte(`{"change":{"item":"comment","verb":"add","post_id":"1_2","comment_id":"2_3"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		networktest.Decoded(t, New(nil, Options{}), network.Conn{Account: "1"}, network.Raw{Body: body})
	})
}
