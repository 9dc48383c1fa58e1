import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { PAGE_SIZES, type ServerList } from './use-server-list.ts';

/** Number of rows, page size, and buttons to the pages before and after, of a list that the server pages. */
export function ServerPager({ list }: { readonly list: ServerList<unknown> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { previous, next, pageNumber, total } = list;
  if (
    previous === undefined &&
    next === undefined &&
    list.rows.length <= 10 &&
    list.pageSize === PAGE_SIZES[0]
  )
    return null;
  return (
    <nav className="server-pager" aria-label={t('table.pages')}>
      {total !== undefined && <span>{t('table.total', { count: total })}</span>}
      <Button
        icon={<LeftOutlined aria-hidden />}
        aria-label={t('table.previous')}
        disabled={previous === undefined}
        onClick={previous}
      />
      <span aria-current="page">{t('table.page', { number: format.number(pageNumber) })}</span>
      <Button
        icon={<RightOutlined aria-hidden />}
        aria-label={t('table.next')}
        disabled={next === undefined}
        onClick={next}
      />
      {list.isSearched && (
        <Select
          aria-label={t('table.pageSize')}
          value={list.pageSize}
          onChange={list.setPageSize}
          options={PAGE_SIZES.map((size) => ({ value: size, label: t('table.perPage', { count: size }) }))}
        />
      )}
    </nav>
  );
}
