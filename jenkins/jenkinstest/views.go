package jenkinstest

import (
	"slices"
	"strings"
)

// ViewKind says which class a View is of.
type ViewKind string

// The kinds of views. Nested is the plugin's, which holds views and shows no items.
const (
	ListView ViewKind = "list"
	MyView   ViewKind = "my" // everything the caller may see
	Nested   ViewKind = "nested"
)

// View is a view beside "all", which every folder has by itself.
type View struct {
	Name  string
	Kind  ViewKind // default ListView
	Jobs  []string // full names of the items a list view shows; those that do not exist are not shown
	Views []View   // of a nested one
}

// AddView adds a view to a folder, "" for the top; one of the same name is replaced.
func (s *Server) AddView(folder string, v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.root
	if folder != "" {
		if in = s.lookup(folder); in == nil {
			in = s.put(Job{FullName: folder, Kind: Folder})
		}
	}
	in.views = slices.DeleteFunc(in.views, func(known View) bool { return known.Name == v.Name })
	in.views = append(in.views, v)
	slices.SortFunc(in.views, func(a, b View) int { return strings.Compare(a.Name, b.Name) })
}

// viewBeans are the views of a folder: the one that shows all, then the others by name, as Jenkins sorts them.
func (s *Server) viewBeans(c *call, i *item, all *bean) []*bean {
	beans := []*bean{all}
	for n := range i.views {
		beans = append(beans, s.viewBean(c, i, &i.views[n], i.path()))
	}
	return beans
}

// allView is the view that every folder has.
func (s *Server) allView(c *call, i *item, name string) *bean {
	return newBean("hudson.model.AllView").add(3, "name", name).add(3, "url", s.opt.RootURL+i.path()+"/").
		add(1, "jobs", func() any { return s.children(c, i) })
}

func (s *Server) viewBean(c *call, in *item, v *View, path string) *bean {
	class := "hudson.model.ListView"
	switch v.Kind {
	case MyView:
		class = "hudson.model.MyView"
	case Nested:
		class = "hudson.plugins.nested_view.NestedView"
	default:
	}
	path += "/view/" + v.Name
	b := newBean(class).add(3, "name", v.Name).add(3, "url", s.opt.RootURL+path+"/")
	if v.Kind == Nested {
		return b.add(1, "jobs", []*bean{}).add(1, "views", func() any {
			beans := make([]*bean, len(v.Views))
			for n := range v.Views {
				beans[n] = s.viewBean(c, in, &v.Views[n], path)
			}
			return beans
		})
	}
	return b.add(1, "jobs", func() any {
		if v.Kind == MyView {
			return s.children(c, in)
		}
		return s.shown(c, v)
	})
}

// shown are the items of a list view that the caller may read.
func (s *Server) shown(c *call, v *View) []*bean {
	beans := []*bean{}
	for _, name := range v.Jobs {
		if i := s.lookup(name); i != nil && c.can(Read, i) {
			beans = append(beans, s.itemBean(c, i))
		}
	}
	return beans
}
