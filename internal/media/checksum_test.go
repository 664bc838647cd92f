package media

import (
	"encoding/binary"
	"hash/crc32"
)

func checksum(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
