import type { OutputsTexts } from './outputs.en';

export const outputsZhCN: OutputsTexts = {
  outputs: {
    state: { connecting: '连接中', live: '推流中', retrying: '重试中', failed: '失败', stopped: '已停止' },
    retries_one: '已重试 {{count}} 次',
    retries_other: '已重试 {{count}} 次',
    nextRetry: '{{seconds}} 秒后重试',
    retryNow: '立即重试',
    remove: '移除这个推流目标',
  },
};
