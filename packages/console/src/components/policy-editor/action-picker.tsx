import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/use-session.ts';
import { ACCESS_LEVELS, type AccessLevel, accessLevelOf, resourcePatterns } from './action-catalogue.ts';
import { useActionCatalogue, useGuardedServices } from './use-action-catalogue.ts';
import './action-picker.css';

/**
 * Selects for an action: service, access level, action; and for a resource of the service.
 * @param patterns whether actions with wildcards are offered
 */
export function ActionPicker({
  patterns,
  onAction,
  onResource,
}: {
  readonly patterns: boolean;
  readonly onAction: (action: string) => void;
  readonly onResource: (resource: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const published = useActionCatalogue();
  const { AccountId: accountId } = useSession().Principal;
  const [opened, setOpened] = useState(false);
  const [code, setCode] = useState<string>();
  const [level, setLevel] = useState<AccessLevel>();
  const guarded = useGuardedServices(opened);
  const services = [
    ...guarded.filter((own) => published.every((each) => each.code !== own.code)),
    ...published,
  ];
  const service = services.find((each) => each.code === code);
  const names = (service?.actions ?? []).filter(
    (name) => level === undefined || accessLevelOf(name) === level,
  );
  const offered = [...(patterns && level === undefined && service ? ['*'] : []), ...names];
  return (
    <div className="action-picker">
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('picker.service')}
        placeholder={t('picker.service')}
        value={code}
        onChange={setCode}
        onOpenChange={(open) => open && setOpened(true)}
        options={services.map(({ code: value, name }) => {
          // The catalogue has names in English and in simplified Chinese.
          const shown = i18n.language === 'zh-CN' ? (name.zh ?? name.en) : name.en;
          return { value, label: shown === value ? value : `${shown} (${value})` };
        })}
      />
      <Select
        allowClear
        aria-label={t('picker.level')}
        placeholder={t('picker.level')}
        value={level}
        onChange={setLevel}
        options={ACCESS_LEVELS.map((value) => ({ value, label: t(`picker.levels.${value}`) }))}
      />
      <Select
        showSearch
        disabled={service === undefined}
        aria-label={t('picker.action')}
        placeholder={t('picker.action')}
        value={null}
        onChange={(name: string | null) => name !== null && onAction(`${code}:${name}`)}
        options={offered.map((value) => ({ value, label: value }))}
      />
      <Select
        showSearch
        disabled={service === undefined}
        aria-label={t('picker.resource')}
        placeholder={t('picker.resource')}
        value={null}
        onChange={(pattern: string | null) => pattern !== null && onResource(pattern)}
        options={(code === undefined ? [] : resourcePatterns(code, accountId)).map((value) => ({
          value,
          label: value,
        }))}
      />
    </div>
  );
}
