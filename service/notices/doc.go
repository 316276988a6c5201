// Package notices writes what people read: the title and, for each channel, the text of every kind of notice, in Chinese
// or English, by Go templates that a folder may override. A template sees a View, never the facts themselves: there
// secrets are masked and every value is escaped already, so that no template can forget to.
//
// A new kind of notice is a constant of model, a template in each language, a sample and two golden files; a field that a
// View lacks is added to Facts and View and to the table of docs/templates.md.
package notices
