package charset

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// letters are all vowels with all tones in the order of dictionaries, and đ; then the capitals.
const letters = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ" +
	"AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ"

// The same as other hands write it. TCVN 5712 and windows-1258 were made by the iconv of glibc 2.36, which writes
// windows-1258 with letter and mark where the set has both; VNI is spelled as it is typed in its fonts.
const (
	lettersTCVN = "61b5b6b7b8b9a8bbbcbdbec6a9c7c8c9cacb65cccecfd0d1aad2d3d4d5d669d7d8dcddde6fdfe1e2e3e4abe5e6e7e8e9aceaebecedee75eff1f2f3f4adf5f6f7f8f979fafbfcfdfeae" +
		"418081828384a1afbabfc085a2c1c2c3c486458788898a8ba3c5cdd9da8c498d8e8f90914f9293949596a4dbe0f0ff97a598999a9b9c559d9e9f0102a60405061112591314151617a7"
	letters1258 = "61e061d261dee161f2e3e3cce3d2e3dee3ece3f2e2e2cce2d2e2dee2ece2f265e865d265dee965f2eaeaccead2eadeeaeceaf26969cc69d269deed69f26f6fcc6fd26fdef36ff2f4f4ccf4d2f4def4ecf4f2f5f5ccf5d2f5def5ecf5f275f975d275defa75f2fdfdccfdd2fddefdecfdf27979cc79d279de79ec79f2f0" +
		"41c041d241dec141f2c3c3ccc3d2c3dec3ecc3f2c2c2ccc2d2c2dec2ecc2f245c845d245dec945f2cacacccad2cadecaeccaf24949cc49d249decd49f24f4fcc4fd24fded34ff2d4d4ccd4d2d4ded4ecd4f2d5d5ccd5d2d5ded5ecd5f255d955d255deda55f2ddddccddd2dddeddecddf25959cc59d259de59ec59f2d0"
	lettersVNI = "aaøaûaõaùaïaêaèaúaüaéaëaâaàaåaãaáaäeeøeûeõeùeïeâeàeåeãeáeäiìæóíòooøoûoõoùoïoâoàoåoãoáoäôôøôûôõôùôïuuøuûuõuùuïööøöûöõöùöïyyøyûyõyùîñ" +
		"AAØAÛAÕAÙAÏAÊAÈAÚAÜAÉAËAÂAÀAÅAÃAÁAÄEEØEÛEÕEÙEÏEÂEÀEÅEÃEÁEÄIÌÆÓÍÒOOØOÛOÕOÙOÏOÂOÀOÅOÃOÁOÄÔÔØÔÛÔÕÔÙÔÏUUØUÛUÕUÙUÏÖÖØÖÛÖÕÖÙÖÏYYØYÛYÕYÙÎÑ"
)

// bytesOf is a text of characters below 256, a byte each.
func bytesOf(text string) []byte {
	var all []byte
	for _, r := range text {
		all = append(all, byte(r))
	}
	return all
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func utf16of(t *testing.T, order unicode.Endianness, text string) []byte {
	t.Helper()
	raw, err := unicode.UTF16(order, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decode(t *testing.T, text Text, raw []byte) string {
	t.Helper()
	raw = raw[text.Skip:]
	if text.Decoder == nil {
		return norm.NFC.String(string(raw))
	}
	// One byte at a time, so that no piece is ever whole.
	decoded, err := io.ReadAll(transform.NewReader(&slow{raw}, text.Decoder))
	if err != nil {
		t.Fatal(err)
	}
	return norm.NFC.String(string(decoded))
}

type slow struct{ left []byte }

func (s *slow) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], s.left)
	s.left = s.left[n:]
	return n, nil
}

func TestEveryLetterInEverySet(t *testing.T) {
	if n := len([]rune(letters)); n != 146 {
		t.Fatalf("%d letters, there are 12 vowels with 6 tones, and đ, twice", n)
	}
	f := func(name string, raw []byte) {
		t.Helper()
		text, err := Of(raw, name)
		if err != nil {
			t.Fatal(name, err)
		}
		if got := decode(t, text, raw); got != letters {
			t.Errorf("%s:\n got %s\nwant %s", name, got, letters)
		}
	}
	f(UTF8, []byte(letters))
	f(UTF8, []byte(norm.NFD.String(letters)))
	f(UTF8, []byte("\ufeff"+letters))
	f(UTF16LE, utf16of(t, unicode.LittleEndian, letters))
	f(UTF16BE, utf16of(t, unicode.BigEndian, norm.NFD.String(letters)))
	f(Windows1258, unhex(t, letters1258))
	f(TCVN3, unhex(t, lettersTCVN))
	f(VNI, bytesOf(lettersVNI))
	f(VNI, []byte(lettersVNI)) // the same in Unicode, as an old font leaves it
	// Capitals of VN3, which has no codes for most of them: a letter and a mark.
	f(TCVN3, append(unhex(t, lettersTCVN)[:73], bytesOf("AA\u00b0A\u00b1A\u00b2A\u00b3A\u00b4\u00a1\u00a1\u00b0\u00a1\u00b1\u00a1\u00b2\u00a1\u00b3\u00a1\u00b4\u00a2\u00a2\u00b0\u00a2\u00b1\u00a2\u00b2\u00a2\u00b3\u00a2\u00b4"+
		"EE\u00b0E\u00b1E\u00b2E\u00b3E\u00b4\u00a3\u00a3\u00b0\u00a3\u00b1\u00a3\u00b2\u00a3\u00b3\u00a3\u00b4II\u00b0I\u00b1I\u00b2I\u00b3I\u00b4OO\u00b0O\u00b1O\u00b2O\u00b3O\u00b4\u00a4\u00a4\u00b0\u00a4\u00b1\u00a4\u00b2\u00a4\u00b3\u00a4\u00b4"+
		"\u00a5\u00a5\u00b0\u00a5\u00b1\u00a5\u00b2\u00a5\u00b3\u00a5\u00b4UU\u00b0U\u00b1U\u00b2U\u00b3U\u00b4\u00a6\u00a6\u00b0\u00a6\u00b1\u00a6\u00b2\u00a6\u00b3\u00a6\u00b4YY\u00b0Y\u00b1Y\u00b2Y\u00b3Y\u00b4\u00a7")...))
}

// The same table as offices export it, with words of DOMAIN.md §5.
const (
	table     = "Mã hồ sơ;Đơn vị;Thủ tục;Ngày tiếp nhận;Ngày hẹn trả;Kênh\nH1;Sở Xây dựng;Cấp giấy phép xây dựng;05/03/2026;12/03/2026;Trực tuyến\nH2;Ủy ban nhân dân quận Hồng Bàng;Đăng ký kết hôn;06/03/2026;;Bưu chính công ích\n"
	tableVNI  = "Maõ hoà sô;Ñôn vò;Thuû tuïc;Ngaøy tieáp nhaän;Ngaøy heïn traû;Keânh\nH1;Sôû Xaây döïng;Caáp giaáy pheùp xaây döïng;05/03/2026;12/03/2026;Tröïc tuyeán\nH2;UÛy ban nhaân daân quaän Hoàng Baøng;Ñaêng kyù keát hoân;06/03/2026;;Böu chính coâng ích\n"
	tableTCVN = "M· hå s¬;§¬n vÞ;Thñ tôc;Ngµy tiÕp nhËn;Ngµy hÑn tr¶;Kªnh\nH1;Së X©y dùng;CÊp giÊy phÐp x©y dùng;05/03/2026;12/03/2026;Trùc tuyÕn\nH2;U\u00b1y ban nh©n d©n quËn Hång Bµng;§¨ng ký kÕt h«n;06/03/2026;;B\u00adu chÝnh c«ng Ých\n"
)

// table1258 is the table as iconv writes it.
const table1258 = "4d61de2068f4cc2073f53bd0f56e207669f23b546875d2207475f2633b4e67e079207469eaec70206e68e2f26e3b4e67e079206865f26e20747261d23b4bea6e680a48313b53f5d22058e2792064fdf26e673b43e2ec70206769e2ec79207068e9702078e2792064fdf26e673b30352f30332f323032363b31322f30332f323032363b5472fdf26320747579eaec6e0a48323b55d2792062616e206e68e26e2064e26e207175e2f26e2048f4cc6e672042e06e673bd0e36e67206b79ec206beaec742068f46e3b30362f30332f323032363b3b42fd75206368ed6e682063f46e6720ed63680a"

func TestTablesInEverySet(t *testing.T) {
	as1258 := unhex(t, table1258)
	f := func(what, named, guessed string, raw []byte) {
		t.Helper()
		text, err := Of(raw, named)
		if err != nil {
			t.Fatal(what, err)
		}
		if got := decode(t, text, raw); got != table || text.Guessed != guessed {
			t.Errorf("%s: guessed %q\n%s", what, text.Guessed, got)
		}
	}
	f("UTF-8", "", "", []byte(table))
	f("UTF-8 with a mark", "", "", []byte("\ufeff"+table))
	f("decomposed", "", "", []byte(norm.NFD.String(table)))
	f("UTF-16 LE with a mark", "", "", append([]byte{0xff, 0xfe}, utf16of(t, unicode.LittleEndian, table)...))
	f("UTF-16 BE with a mark", "", "", append([]byte{0xfe, 0xff}, utf16of(t, unicode.BigEndian, table)...))
	f("UTF-16 LE", "", UTF16LE, utf16of(t, unicode.LittleEndian, table))
	f("UTF-16 BE", "", UTF16BE, utf16of(t, unicode.BigEndian, table))
	f("VNI", "", VNI, bytesOf(tableVNI))
	f("TCVN3", "", TCVN3, bytesOf(tableTCVN))
	f("windows-1258", "", Windows1258, as1258)
	f("VNI by name", VNI, "", bytesOf(tableVNI))
	f("TCVN3 by name", TCVN3, "", bytesOf(tableTCVN))
	f("windows-1258 by name", Windows1258, "", as1258)
	// What programs make of old fonts: Unicode with the letters that windows-1252 has in their places.
	f("VNI in UTF-8", VNI, "", []byte(tableVNI))
	f("TCVN3 in UTF-8", TCVN3, "", []byte("\ufeff"+tableTCVN))
	f("TCVN3 in UTF-16", TCVN3, "", append([]byte{0xff, 0xfe}, utf16of(t, unicode.LittleEndian, tableTCVN)...))
}

func TestWhatCannotBeTold(t *testing.T) {
	f := func(what, named, want string, raw []byte) {
		t.Helper()
		if text, err := Of(raw, named); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, want %q", what, text, err, want)
		}
	}
	f("another mark", Windows1258, "says charset: windows-1258, but the file begins with the mark of utf-16le", []byte{0xff, 0xfe, 'a', 0})
	f("another mark", UTF16BE, "the mark of utf-8", []byte("\ufeffa"))
	f("UTF-8 after all", Windows1258, "but the file is UTF-8; leave it out", []byte(table))
	f("UTF-8 after all", VNI, "but the texts are Vietnamese in Unicode already", []byte(table))
	f("UTF-16 after all", TCVN3, "in Unicode already", append([]byte{0xff, 0xfe}, utf16of(t, unicode.LittleEndian, table)...))
	f("few words", "", "it may be vni, for 2 of its 2 words with special letters are Vietnamese then", bytesOf("a,b\n1,Ñöôøng\n2,Ñaø\n"))
	f("Portuguese", "", "what else it is can't be told", bytesOf("órgão;situação\nMinistério da Educação;não\n"))
	f("VNI in UTF-8", "", "look like vni, the letters of an old font; say `charset: vni`", []byte(tableVNI))
	f("TCVN3 in UTF-8", "", "look like tcvn3", []byte(tableTCVN))
	f("garbage", "", "can't be told", []byte{0x80, 0x81, 0xfe, 0xff, 0xfe})
	// Other languages in UTF-8 are nobody's old font.
	for _, text := range []string{"", "plain", "Órgão não tem competência para responder sobre o assunto", "Größe, Straße, Übermäßig, Äpfel, schön, für", "Ministère, déjà, élève, forêt, œuvre", letters} {
		if got, err := Of([]byte(text), ""); err != nil || got.Decoder != nil {
			t.Errorf("%s: %+v %v", text, got, err)
		}
		if got, err := Of([]byte(tableTCVN), UTF8); err != nil || got.Decoder != nil {
			t.Errorf("%+v %v", got, err)
		}
	}
}

// A sample may end in the middle of a letter; a short text may not.
func TestACutLetterIsNoFault(t *testing.T) {
	long := []byte(strings.Repeat("x", Sample-1) + "ế")[:Sample]
	if text, err := Of(long, ""); err != nil || text.Decoder != nil {
		t.Errorf("%+v %v", text, err)
	}
	if _, err := Of([]byte("xế")[:2], ""); err == nil {
		t.Error("half a letter is taken for UTF-8")
	}
}

func TestWhatHasNoMeaningIsNoLetter(t *testing.T) {
	raw := bytesOf("b\u00f9 a\u00a9")
	text, err := Of(raw, VNI)
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(t, text, raw); got != "b\ufffd a\ufffd" {
		t.Errorf("%q", got)
	}
}

func FuzzOf(f *testing.F) {
	for i, raw := range [][]byte{[]byte(table), bytesOf(tableVNI), bytesOf(tableTCVN), {0xff, 0xfe, 0, 0xd8}, {0}} {
		f.Add(raw, uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw []byte, i uint8) {
		names := append(Names(), "")
		text, err := Of(raw, names[int(i)%len(names)])
		if err != nil || text.Decoder == nil {
			return
		}
		if decoded, err := io.ReadAll(transform.NewReader(strings.NewReader(string(raw[text.Skip:])), text.Decoder)); err != nil || !norm.NFC.IsNormalString(norm.NFC.String(string(decoded))) || strings.ToValidUTF8(string(decoded), "") != string(decoded) {
			t.Errorf("%q: %q %v", raw, decoded, err)
		}
	})
}
