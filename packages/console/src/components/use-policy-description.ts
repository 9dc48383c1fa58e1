import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { sentenceKeys } from './system-policy-text.ts';

/** Policy as answers have it. */
interface DescribedPolicy {
  readonly PolicyType?: string;
  readonly Description?: string;
}

/** Returns a function that describes a policy; system policies in the language of the page. */
export function usePolicyDescription(): (policy: DescribedPolicy) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    ({ PolicyType, Description = '' }: DescribedPolicy) => {
      if (PolicyType !== 'System') return Description;
      const sentences = sentenceKeys(Description)?.map((key) => t(`systemPolicy.${key}`));
      return sentences?.join(i18n.language === 'en' ? ' ' : '') ?? Description;
    },
    [t, i18n.language],
  );
}
