package service

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// listed makes options of "name" or "name=id", divided by commas. An id that is not given has nothing of the keywords below.
func listed(names string) []model.Option {
	var list []model.Option
	for i, name := range strings.Split(names, ",") {
		name, id, given := strings.Cut(name, "=")
		if !given {
			id = fmt.Sprintf("?:%c", 'α'+i)
		}
		list = append(list, model.Option{ID: id, Name: name})
	}
	return list
}

// searched are the names that a keyword finds, in order, divided by commas.
func searched(list []model.Option, keyword string) string {
	best, _ := newAlphabet().newSearchIndex(list).find(keyword, len(list), nil)
	names := make([]string, len(best))
	for i, at := range best {
		names[i] = list[at].Name
	}
	return strings.Join(names, ",")
}

func TestSearchRanks(t *testing.T) {
	tests := []struct{ what, keyword, list, want string }{
		{"labels", "支付", "新支付,api支付,新 支付,收付,支付核心,支付", "支付,支付核心,api支付,新 支付,新支付"},
		{"ids", "pay",
			"a=c:x/webpay,b=c:pay/web,c=c:x/web-pay,d=c:x/pa,e=c:x/pay-web,f=c:x/pay,g=pay", "f,g,e,b,c,a"},
		{"a whole id", "c:x/pay", "a=c:x/pay-web,b=c:x/pay", "b,a"},
		{"initials", "zf", "总支付,支援,总 支付,支付核心,支付", "支付,支付核心,总 支付,总支付"},
		{"pinyin", "zhifu", "总支付,支出,总 支付,支付核心,支付", "支付,支付核心,总 支付,总支付"},
		{"how it fits comes before what of it fits", "zf",
			"a=c:x/azf,核支付,azf,b=c:x/a-zf,a 支付,a zf,c=c:x/zfx,支付核心,zf核心,d=c:x/zf,支付,zf",
			"zf,支付,d,zf核心,支付核心,c,a zf,a 支付,b,azf,核支付,a"},
		{"initials come before pinyin", "si", "丝,三i,四", "三i,丝,四"},
		{"pinyin and initials mixed", "zhifhx", "总支付核心,支付,支付核心", "支付核心,总支付核心"},
		{"a syllable that is not finished", "zhifuhe", "支付,支付核心", "支付核心"},
		{"one that is not finished is no more than a beginning", "zh", "支x,支,zh", "zh,支x,支"},
		{"a syllable's end is nothing to look for", "ifu", "支付,ifu", "ifu"},
		{"Latin within Chinese", "zfapi2", "支付API2,支付 API-2,支付", "支付API2,支付 API-2"},
		{"cases", "PAY-Web", "Pay-Web甲,pay,pay-web", "pay-web,Pay-Web甲"},
		{"widths", "ｐａｙ－１", "Ｐａｙ－１甲,pay,pay-1", "pay-1,Ｐａｙ－１甲"},
		{"a name in full width", "pay 1", "pay,ＰＡＹ　１", "ＰＡＹ　１"},
		{"ü as v", "lv", "旅游,绿油,路由", "旅游,绿油"},
		{"ü as u", "lu", "旅游,绿油,路由", "旅游,绿油,路由"},
		{"ü as it is written", "LÜ", "旅游,路由", "旅游"},
		{"ü within", "lue", "策略", "策略"},
		{"in capitals", "ZFHX", "支付核心", "支付核心"},
		{"an apostrophe", "xi'an", "西,西安", "西安"},
		{"digits alone are no pinyin", "12", "依尔,x312,x 12,x12,12", "12,x 12,x12,x312"},
		{"all words", "支付 后台", "后台旧支付,支付,后台,支付的后台,新 支付 后台,支付 后台2,支付 后台", "支付 后台,支付 后台2,新 支付 后台,后台旧支付,支付的后台"},
		{"words of all kinds", "hx zhifu team", "支付核心,支付核心1=c:team/x,核心支付=c:team/y", "支付核心1,核心支付"},
		{"more words than count", "a b c d e f g", "a b c d e f,a b c d e", "a b c d e f"},
		{"white space around", " \t支付　", "收付,支付", "支付"},
		{"white space alone", " 　", "乙,甲", "乙,甲"},
		{"the list's order", "服务", "服务丙,服务甲,服务乙", "服务丙,服务甲,服务乙"},
		{"what cannot be typed", "кафе", "Кафе,cafe", "Кафе"},
		{"a name and an id are two", "b c", "ab=c:d,b=c", "b,ab"},
		{"nothing", "没有", "支付,核心", ""},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			if got := searched(listed(test.list), test.keyword); got != test.want {
				t.Errorf("%q finds\n%s, want\n%s", test.keyword, got, test.want)
			}
		})
	}
}

func TestSearchHeteronyms(t *testing.T) {
	for name, keywords := range map[string]string{
		"银行":          "yinhang yinxing yh yx yinh",
		"重庆":          "chongqing zhongqing cq zq",
		"会计":          "kuaiji huiji kj hj",
		"单车":          "danche chanche danju dc dj",
		"长乐音乐":        "changleyinyue changleyinle zlyy clyl",
		"重庆银行行长":      "chongqingyinhanghangzhang cqyhhz zhongqingyinxingxingchang",
		"厦门":          "xiamen sham xm sm",
		"大都会行省重调长乐参差": "dadouhuihangshengzhongtiaozhanglecancha dadukuaixingxingchongdiaochangyueshenchai",
		"银行-重庆":       "yinhangchongqing yhcq",
		"查询":          "chaxun zhaxun cx zx",
	} {
		list := listed(name + ",另一个")
		for keyword := range strings.FieldsSeq(keywords) {
			if got := searched(list, keyword); got != name {
				t.Errorf("%q finds %q, want %s", keyword, got, name)
			}
		}
	}
}

// TestSearchFindsWhatContainsTheKeyword compares the index with the slow and obvious search, which knows neither pinyin nor ranks.
func TestSearchFindsWhatContainsTheKeyword(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"支付", "核心", "重", "a", "b", "ab", "-", " ", "/", "1", "12", "Ａ", "：", "é"}
	text := func(most int) string {
		var b strings.Builder
		for range 1 + random.IntN(most) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 300 {
		list := make([]model.Option, 1+random.IntN(30))
		for i := range list {
			list[i] = model.Option{ID: text(6), Name: text(6)}
		}
		x := newAlphabet().newSearchIndex(list)
		keyword := text(2)
		best, total := x.find(keyword, len(list), nil)
		if slices.Sort(best); total != len(best) || len(slices.Compact(best)) != total {
			t.Fatalf("%d of %d found", len(best), total)
		}
		for i, o := range list {
			words := strings.Fields(fold(keyword))
			contains := !slices.ContainsFunc(words, func(w string) bool {
				return !strings.Contains(fold(o.Name), w) && !strings.Contains(fold(o.ID), w)
			})
			if contains && !slices.Contains(best, i) {
				t.Fatalf("%q does not find %q %q", keyword, o.Name, o.ID)
			}
		}
	}
}

func TestSearchLimits(t *testing.T) {
	list := companyApps(1000)
	x := newAlphabet().newSearchIndex(list)
	best, total := x.find("服务", 7, nil)
	everything, _ := x.find("服务", 1000, nil)
	if total != 96 || len(everything) != 96 || len(best) != 7 || !slices.Equal(best, everything[:7]) {
		t.Errorf("%d of %d found: %v", len(best), total, best)
	}
	odd := func(i int) bool { return i%2 == 1 }
	best, total = x.find("fuwu", 1000, odd)
	if total != 48 || slices.ContainsFunc(best, func(i int) bool { return !odd(i) }) {
		t.Errorf("%d seen: %v", total, best)
	}
	if best, total = x.find(strings.Repeat("a", 5000)+" zf", 10, nil); total != 0 || len(best) != 0 {
		t.Errorf("a very long keyword finds %d", total)
	}
	if best, total = newAlphabet().newSearchIndex(nil).find("a", 10, nil); total != 0 || len(best) != 0 {
		t.Errorf("an empty list has %d", total)
	}
}

// TestSearchWhileIndexing searches one list while others bring new characters. The race detector watches.
func TestSearchWhileIndexing(t *testing.T) {
	a := newAlphabet()
	x := a.newSearchIndex(listed("支付核心"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r := range 2000 {
			a.newSearchIndex([]model.Option{{ID: "x", Name: string(rune('一' + r))}})
		}
	}()
	for range 200 {
		if _, total := x.find("zfhexin", 1, nil); total != 1 {
			t.Fatal("not found")
		}
	}
	<-done
}

// companyApps are the apps of one very large project, named as companies name them.
func companyApps(n int) []model.Option {
	lines := []string{"支付", "订单", "库存", "会员", "营销", "结算", "风控", "物流", "商品", "重庆银行", "客服", "搜索"}
	parts := []string{"核心", "网关", "后台", "前端", "定时任务", "消息中心", "查询服务", "开放平台", "数据同步", "报表"}
	list := make([]model.Option, n)
	for i := range list {
		line, part := i%len(lines), i/len(lines)%len(parts)
		list[i] = model.Option{
			ID:   fmt.Sprintf("prod:deploy/team-%02d/service-%02d-%02d-%05d", i/200, line, part, i),
			Name: fmt.Sprintf("%s%s %05d", lines[line], parts[part], i),
		}
	}
	return list
}
