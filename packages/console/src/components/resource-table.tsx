import { DownloadOutlined, ReloadOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, Checkbox, Empty, Grid, Input, Pagination, Table, Tooltip } from 'antd';
import type { SorterResult } from 'antd/es/table/interface';
import { type Key, type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { csvLines, csvText, saveFile } from './csv.ts';
import { ErrorNotice } from './error-notice.tsx';
import { Loading } from './loading.tsx';
import { ServerPager } from './server-pager.tsx';
import type { ServerList, Sorting } from './use-server-list.ts';
import './resource-table.css';

/** Column of a table. Its text is searched, sorted and exported. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Plain text of a cell; empty for a column of buttons. */
  readonly text: (row: Row) => string;
  /** Renders a cell; the text when absent. */
  readonly render?: (row: Row) => ReactNode;
  /** Sort key instead of the text; false for a column that cannot be sorted. */
  readonly sortBy?: ((row: Row) => number | string) | false;
  /** Name of this order in the operation of a list that the server sorts; not sortable there when absent. */
  readonly orderBy?: string;
  readonly width?: number;
  /** Whether the column is in the CSV file only. */
  readonly exportOnly?: boolean;
}

/** Action on the selected rows. */
export interface BulkAction<Row> {
  readonly key: string;
  readonly label: string;
  readonly danger?: boolean;
  /** Reason why the action is disabled for these rows; undefined if enabled. */
  readonly disabledReason?: (rows: readonly Row[]) => string | undefined;
  /** @param done clears the selection */
  readonly run: (rows: readonly Row[], done: () => void) => void;
}

/** Properties of a resource table. */
export interface ResourceTableProps<Row> {
  /** Label for screen readers. */
  readonly label: string;
  /** Rows of a short list; searched, sorted and paged in the browser. */
  readonly rows?: readonly Row[];
  /** List of which the server answers one page, instead of `rows`. */
  readonly list?: ServerList<Row>;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Label of the checkbox of a row. */
  readonly rowName: (row: Row) => string;
  readonly loading?: boolean;
  readonly error?: Error | null;
  readonly refetch?: () => void;
  readonly bulkActions?: readonly BulkAction<Row>[];
  /** Name of the CSV file without extension; no export when absent. */
  readonly fileName?: string;
  readonly searchPlaceholder?: string;
  /** False for short lists, without search and toolbar. */
  readonly searchable?: boolean;
  /** Filters between search and buttons. */
  readonly filters?: ReactNode;
  /** Content for an empty list. */
  readonly empty?: ReactNode;
  /** Prefix of the search parameters, for pages with several tables. */
  readonly name?: string;
}

/**
 * Table with search, sorting, paging, bulk actions and CSV export; a list of cards at phone width. Search text and page
 * are in the URL.
 */
export function ResourceTable<Row extends object>(props: ResourceTableProps<Row>) {
  const { list, columns, rowKey, rowName, bulkActions = [], name = '' } = props;
  const rows = list?.rows ?? props.rows ?? [];
  const loading = list?.isLoading ?? props.loading;
  const error = list?.error ?? props.error;
  const refetch = list?.refetch ?? props.refetch;
  // A list that is complete but has no search on the server is searched here.
  const server = list !== undefined && (list.isSearched || !list.isComplete) ? list : undefined;
  const { t, i18n } = useTranslation();
  const wide = Grid.useBreakpoint().md ?? true;
  const [address, setAddress] = useSearchParams();
  const [selected, setSelected] = useState<readonly Row[]>([]);
  const [exported, setExported] = useState<number>();
  const exportEnd = useRef<AbortController>(undefined);
  useEffect(() => () => exportEnd.current?.abort(), []);
  const [exportError, setExportError] = useState<Error | null>(null);
  const search = address.get(`${name}q`) ?? '';
  const pageNumber = Number(address.get(`${name}page`) ?? 1);
  const pageSize = Number(address.get(`${name}size`) ?? 20);
  const wanted = useDeferredValue(search.trim().toLowerCase());

  const found = useMemo(
    () =>
      wanted === '' || server !== undefined
        ? rows
        : rows.filter((row) => columns.some(({ text }) => text(row).toLowerCase().includes(wanted))),
    [rows, columns, wanted, server],
  );
  const current = new Map(rows.map((row) => [rowKey(row), row]));
  // Rows of other pages of the server stay selected.
  const chosen = selected.flatMap((row) => current.get(rowKey(row)) ?? (server === undefined ? [] : row));

  function remember(changes: Readonly<Record<string, string>>): void {
    setAddress(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes)) {
          if (value === '') after.delete(`${name}${key}`);
          else after.set(`${name}${key}`, value);
        }
        return after;
      },
      { replace: true },
    );
  }

  async function exportCsv(): Promise<void> {
    const written = columns.filter(({ title }) => title !== '');
    const linesOf = (each: readonly Row[]) => each.map((row) => written.map(({ text }) => text(row)));
    const headings = csvText([written.map(({ title }) => title)]);
    setExportError(null);
    if (server === undefined) {
      saveFile(`${props.fileName}.csv`, headings + csvLines(linesOf(found)));
      return;
    }
    const end = new AbortController();
    exportEnd.current = end;
    setExported(0);
    try {
      const parts = [new Blob([headings])];
      let count = 0;
      for await (const page of server.readAll(end.signal)) {
        parts.push(new Blob([csvLines(linesOf(page))]));
        count += page.length;
        setExported(count);
      }
      if (!end.signal.aborted) saveFile(`${props.fileName}.csv`, parts);
    } catch (reason) {
      if (!end.signal.aborted) setExportError(reason instanceof Error ? reason : new Error(String(reason)));
    } finally {
      setExported(undefined);
    }
  }

  if (error && rows.length === 0) return <ErrorNotice error={error} retry={refetch} />;
  const shown = columns.filter(({ exportOnly }) => !exportOnly);
  const collator = new Intl.Collator(i18n.language, { numeric: true });
  const paging = {
    current: pageNumber,
    pageSize,
    total: found.length,
    showSizeChanger: wide,
    hideOnSinglePage: found.length <= 10,
    showTotal: (total: number) => t('table.total', { count: total }),
    onChange: (page: number, size: number) =>
      remember({ page: page === 1 ? '' : String(page), size: size === 20 ? '' : String(size) }),
  };
  const empty = (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        list?.next !== undefined
          ? t('table.searchedPart')
          : wanted === ''
            ? (props.empty ?? t('table.empty'))
            : t('table.nothingFound')
      }
    />
  );

  const bar = (
    <div className="resource-table-bar">
      {(server === undefined || server.isSearched) && (
        <Input
          className="search"
          allowClear
          type="search"
          prefix={<SearchOutlined aria-hidden />}
          aria-label={t('table.search')}
          placeholder={props.searchPlaceholder ?? t('table.search')}
          value={search}
          onChange={(event) => remember({ q: event.target.value, page: '', after: '' })}
        />
      )}
      {props.filters}
      {bulkActions.length > 0 && chosen.length > 0 && (
        <>
          <span className="selection" role="status">
            {t('table.selected', { count: chosen.length })}
          </span>
          {bulkActions.map((action) => {
            const reason = action.disabledReason?.(chosen);
            return (
              <Tooltip key={action.key} title={reason}>
                <Button
                  danger={action.danger ?? false}
                  disabled={reason !== undefined}
                  onClick={() => action.run(chosen, () => setSelected([]))}
                >
                  {action.label}
                </Button>
              </Tooltip>
            );
          })}
        </>
      )}
      <span className="end">
        {exported !== undefined && (
          <>
            <span role="status">{t('table.exported', { count: exported })}</span>
            <Button onClick={() => exportEnd.current?.abort()}>{t('table.cancelExport')}</Button>
          </>
        )}
        {refetch && (
          <Tooltip title={t('table.refresh')}>
            <Button icon={<ReloadOutlined aria-hidden />} aria-label={t('table.refresh')} onClick={refetch} />
          </Tooltip>
        )}
        {props.fileName && (
          <Tooltip title={t('table.export')}>
            <Button
              icon={<DownloadOutlined aria-hidden />}
              aria-label={t('table.export')}
              disabled={found.length === 0}
              loading={exported !== undefined}
              onClick={() => void exportCsv()}
            />
          </Tooltip>
        )}
      </span>
    </div>
  );

  if (props.searchable === false && rows.length === 0 && !loading)
    return <p className="quiet">{props.empty ?? t('table.empty')}</p>;

  return (
    <section aria-label={props.label}>
      {props.searchable !== false && bar}
      <ErrorNotice error={error} retry={refetch} />
      <ErrorNotice error={exportError} />
      {server?.findsBeginnings && wanted !== '' && <p className="quiet">{t('table.beginnings')}</p>}
      {wide ? (
        <div className="resource-table-scroll">
          <Table<Row>
            size="middle"
            rowKey={rowKey}
            dataSource={found}
            loading={loading ?? false}
            pagination={server === undefined ? paging : false}
            {...(server && { onChange: (_page, _filters, sorter) => server.sort(sortingOf(sorter)) })}
            locale={{ emptyText: loading ? ' ' : empty }}
            {...(bulkActions.length > 0 && {
              rowSelection: {
                selectedRowKeys: selected.map(rowKey),
                onChange: (_keys: Key[], picked: Row[]) => setSelected(picked),
                preserveSelectedRowKeys: true,
                getTitleCheckboxProps: () => ({ 'aria-label': t('table.selectAll') }),
                getCheckboxProps: (row: Row) => ({ 'aria-label': t('table.select', { name: rowName(row) }) }),
              },
            })}
            columns={shown.map(({ key, title, text, render, sortBy, orderBy, width }) => ({
              key,
              title: title === '' ? <span className="visually-hidden">{t('table.actions')}</span> : title,
              render: (_: unknown, row: Row) => (render ? render(row) : text(row)),
              ...(width && { width }),
              ...(server !== undefined &&
                orderBy !== undefined && {
                  key: orderBy,
                  sorter: true,
                  sortOrder: sortOrderOf(server.sorting, orderBy),
                }),
              ...(server === undefined &&
                sortBy !== false && {
                  sorter: (a: Row, b: Row) => {
                    const [x, y] = sortBy ? [sortBy(a), sortBy(b)] : [text(a), text(b)];
                    return typeof x === 'number' && typeof y === 'number'
                      ? x - y
                      : collator.compare(String(x), String(y));
                  },
                }),
            }))}
          />
        </div>
      ) : loading ? (
        <Loading />
      ) : found.length === 0 ? (
        empty
      ) : (
        <>
          <ul className="resource-cards">
            {(server === undefined
              ? found.slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
              : found
            ).map((row) => (
              <li key={rowKey(row)}>
                {bulkActions.length > 0 && (
                  <Checkbox
                    checked={selected.some((each) => rowKey(each) === rowKey(row))}
                    onChange={({ target }) =>
                      setSelected((before) =>
                        target.checked
                          ? [...before, row]
                          : before.filter((each) => rowKey(each) !== rowKey(row)),
                      )
                    }
                  >
                    <span className="visually-hidden">{t('table.select', { name: rowName(row) })}</span>
                  </Checkbox>
                )}
                <dl>
                  {shown.map(({ key, title, text, render }) => (
                    <Card key={key} title={title || t('table.actions')}>
                      {render ? render(row) : text(row)}
                    </Card>
                  ))}
                </dl>
              </li>
            ))}
          </ul>
          {server === undefined && <Pagination {...paging} simple className="space-above" />}
        </>
      )}
      {server && <ServerPager list={server} />}
    </section>
  );
}

/** Returns the order of a column that the user chose; undefined for the default order. */
function sortingOf<Row>(sorter: SorterResult<Row> | SorterResult<Row>[]): Sorting | undefined {
  const { columnKey, order } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter;
  return order ? { by: String(columnKey), descending: order === 'descend' } : undefined;
}

/** Returns the state of the arrows of a column. */
function sortOrderOf(sorting: Sorting | undefined, orderBy: string): 'ascend' | 'descend' | null {
  if (sorting?.by !== orderBy) return null;
  return sorting.descending ? 'descend' : 'ascend';
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}
