package service

import (
	"fmt"
	"testing"

	"github.com/oabridge/oabridge/model"
)

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

// BenchmarkSearch searches all 20,000 apps of one project, in under 2 ms whatever is typed.
func BenchmarkSearch(b *testing.B) {
	list := companyApps(20_000)
	x := newAlphabet().newSearchIndex(list)
	for _, keyword := range []string{
		"支付核心 00000", "重庆", "zhifuhexin", "zfhx", "chongqingyinhang", "cqyh", "zf hx", "服务", "service", "e", "0", "z",
		"prod:deploy/team-99", "service-09-09-19999", "没有这个", "meiyouzhege", "s e r v i c e",
	} {
		b.Run(keyword, func(b *testing.B) {
			b.ReportAllocs()
			total := 0
			for b.Loop() {
				_, total = x.find(keyword, maxOptions, nil)
			}
			b.ReportMetric(float64(total), "found")
		})
	}
}

// BenchmarkSearchIndex makes the index of 20,000 apps.
func BenchmarkSearchIndex(b *testing.B) {
	list := companyApps(20_000)
	a := newAlphabet()
	b.ReportAllocs()
	for b.Loop() {
		a.newSearchIndex(list)
	}
}
