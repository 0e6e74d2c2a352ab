import type { OutputsTexts } from './outputs.en';

export const outputsZhCN: OutputsTexts = {
  errors: {
    ADDRESS_FORBIDDEN: '服务器只向公网地址推流。请换用公网地址，或请管理员允许内网地址（output.allowPrivate）。',
    DESTINATION_REFUSED: '对方服务器拒绝了推流，请检查推流地址和串流密钥。',
    DESTINATION_UNREACHABLE: '连不上推流地址，正在自动重试。请检查地址是否正确。',
    DESTINATION_STALLED: '对方服务器停止接收数据，正在自动重试。',
    DESTINATION_CLOSED: '对方服务器断开了连接，正在自动重试。',
  },
  outputs: {
    reconnecting: '重新连接中',
    state: { connecting: '连接中', live: '推流中', stalled: '无响应', retrying: '重试中', failed: '失败', stopped: '已停止' },
    retries_one: '已重试 {{count}} 次',
    retries_other: '已重试 {{count}} 次',
    nextRetry: '{{seconds}} 秒后重试',
    retryNow: '立即重试',
    remove: '移除这个推流目标',
  },
};
