/** Which rows of the search index an event gives: keys of its identifiers, and of the names and numbers its author stated beside them. */
import { aliasKeys, searchKeys } from '#lib/domain';
