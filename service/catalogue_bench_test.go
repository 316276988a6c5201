package service

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// bigListing is a controller with so many apps in folders of a hundred, made as from templates.
func bigListing(controller string, apps int) model.Listing {
	parameters := everyKind().Parameters
	l := model.Listing{Controller: controller, At: time.Unix(0, 0)}
	for i := range apps {
		if i%100 == 0 {
			l.Jobs = append(l.Jobs, container(fmt.Sprintf("deploy/%s-team-%03d", controller, i/100), fmt.Sprintf("团队 %s %03d", controller, i/100)))
		}
		j := plainJob(fmt.Sprintf("deploy/%s-team-%03d/app-%05d", controller, i/100, i), fmt.Sprintf("应用服务 %05d", i))
		j.Kind, j.Parameters = model.JobPipeline, parameters
		l.Jobs = append(l.Jobs, j)
	}
	return l
}

// BenchmarkCatalogue20000 makes the catalogue of 5 controllers with 4,000 apps each: all of it as at the start, and after
// one of them was listed anew.
func BenchmarkCatalogue20000(b *testing.B) {
	rules := CatalogueRules{Folders: []string{"deploy"}, Exclude: patterns("-test$")}
	var sources []source
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		sources = append(sources, source{rules: rules, listing: bigListing(name, 4000)})
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		var c *Catalogue
		before := heapInUse()
		for b.Loop() {
			c = buildCatalogue(sources)
		}
		b.ReportMetric(float64(heapInUse()-before)/1e6, "kept-MB")
		if c.Size() != 20_000 {
			b.Fatal(c.Size())
		}
	})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		sections := make([]*section, len(sources))
		for i, src := range sources {
			sections[i] = buildSection(src.rules, src.listing)
		}
		c := assemble(nil, sections, nil)
		for b.Loop() {
			sections[2] = buildSection(rules, sources[2].listing)
			c = assemble(c, sections, nil)
		}
	})
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
