"""The first entries of the catalogues: one queue, the outcomes and the phrases of a retail bank."""

from collections.abc import Mapping

from hub.model.catalogue import Disposition, Phrase
from hub.model.desk import Queue
from hub.model.ids import GENERAL_QUEUE

QUEUES: Mapping[str, Queue] = {
    GENERAL_QUEUE: Queue(queue_id=GENERAL_QUEUE, name="综合服务", name_en="General")
}

_SOLVED = ("已解决", "Solved")
_OPEN = ("待跟进", "To follow up")
_OTHER = ("其他", "Other")


def _outcomes(*rows: tuple[str, tuple[str, str], str, str]) -> Mapping[str, Disposition]:
    return {
        code: Disposition(
            name=name, name_en=name_en, group=group[0], group_en=group[1], position=place
        )
        for place, (code, group, name, name_en) in enumerate(rows, start=1)
    }


DISPOSITIONS = _outcomes(
    ("answered", _SOLVED, "咨询已解答", "Question answered"),
    ("guided", _SOLVED, "已指导客户自行办理", "Guided through self-service"),
    ("card_blocked", _SOLVED, "已办理挂失或冻结", "Card blocked or account frozen"),
    ("limit_changed", _SOLVED, "已调整额度或限额", "Limit changed"),
    ("ticket", _OPEN, "已登记工单", "Ticket opened"),
    ("call_back", _OPEN, "约定回电", "Call-back agreed"),
    ("complaint", _OPEN, "投诉已受理", "Complaint taken"),
    ("branch", _OPEN, "请客户到网点办理", "Sent to a branch"),
    ("fraud", _OPEN, "疑似欺诈已上报", "Suspected fraud reported"),
    ("no_answer", _OTHER, "客户未再回应", "Customer fell silent"),
    ("wrong_place", _OTHER, "非本行业务", "Not our business"),
)

_GREET = ("问候", "Greeting")
_CHECK = ("核实", "Identity")
_WAIT = ("等候", "Waiting")
_CARD = ("银行卡", "Cards")
_LOAN = ("贷款", "Loans")
_SAFE = ("安全", "Security")
_END = ("结束", "Closing")


def _phrases(*rows: tuple[str, tuple[str, str], str, str, str, str]) -> Mapping[str, Phrase]:
    return {
        key: Phrase(
            key=key,
            group=group[0],
            group_en=group[1],
            name=name,
            name_en=name_en,
            text=text,
            text_en=text_en,
        )
        for key, group, name, name_en, text, text_en in rows
    }


PHRASES = _phrases(
    *(
        ("nh", _GREET, "开场", "Opening",
         "您好，我是人工坐席，很高兴为您服务。您刚才的留言我已看到，马上为您处理。",
         "Hello, I have read your messages and will take care of this right away."),
        ("zc", _GREET, "接续同事", "Taking over",
         "您好，同事已把您的情况转告我，您不必重复说明，我接着为您处理。",
         "Hello, my colleague told me about your case. You need not repeat anything."),
        ("bq", _GREET, "致歉", "Apology",
         "给您带来不便，非常抱歉。请允许我先了解情况，再给您一个明确的答复。",
         "I am sorry for the trouble. Let me look into it and give you a clear answer."),
        ("hs", _CHECK, "核实身份", "Checking identity",
         "为保护您的账户，请通过手机银行“在线客服”完成身份核实。请不要在聊天中发送密码或验证码。",
         "To protect your account, please verify yourself in the mobile bank. "
         "Never send a password or a code in this chat."),
        ("wh", _CHECK, "卡号后四位", "Last four digits",
         "请告诉我卡号的后四位即可，不需要发送完整卡号。",
         "Please send only the last four digits of the card, not the whole number."),
        ("sd", _WAIT, "请稍等", "One moment",
         "请稍等，我正在为您查询，大约需要两分钟。",
         "One moment, please. This will take about two minutes."),
        ("jx", _WAIT, "仍在处理", "Still working on it",
         "感谢您的等候，查询还在进行，有结果后我会第一时间回复您。",
         "Thank you for waiting. I am still on it and will write as soon as I know more."),
        ("zx", _WAIT, "转给专员", "To a specialist",
         "您的问题由专员处理更合适，我会连同您的情况一起转过去，请您稍候。",
         "A specialist can help you better. I will pass your case on with all you told me."),
        ("gs", _CARD, "挂失", "Blocking a card",
         "您可以在手机银行“银行卡 - 挂失”中立即挂失，挂失后这张卡不能再消费和取现。"
         "需要我陪您一步一步操作吗？",
         "You can block the card at once in the mobile bank under Cards. "
         "Shall I go through the steps with you?"),
        ("bk", _CARD, "补卡", "Replacement card",
         "补卡可在手机银行申请寄送，一般五到七个工作日送达；也可以携带身份证到任一网点当场领取。",
         "Order the new card in the mobile bank (five to seven working days), "
         "or take it home at once from any branch with your identity card."),
        ("ed", _CARD, "信用卡额度", "Credit limit",
         "额度由系统综合评估，您可以在手机银行“信用卡 - 额度管理”查看可调整的范围并申请。",
         "The limit you may ask for is shown in the mobile bank under Credit card, Limits."),
        ("zd", _CARD, "账单", "Statement",
         "账单在每月账单日生成，您可以在手机银行“信用卡 - 账单”查看明细和最后还款日。",
         "You find each statement with its due date in the mobile bank under Credit card."),
        ("xe", _CARD, "转账限额", "Transfer limit",
         "转账限额可以在手机银行“安全中心 - 限额设置”查看和调整，调高限额需要再次核实身份。",
         "Transfer limits are set in the mobile bank under Security; raising one needs a check."),
        ("dk", _LOAN, "贷款进度", "Loan progress",
         "您可以在手机银行“贷款 - 我的申请”看到当前进度。审批结果会以短信通知您。",
         "The progress of your application is shown in the mobile bank under Loans."),
        ("tq", _LOAN, "提前还款", "Early repayment",
         "提前还款请在手机银行“贷款 - 提前还款”预约，页面会显示应还金额和可能的费用，"
         "确认后才会生效。",
         "Book it in the mobile bank under Loans; amount and costs are shown first."),
        ("zp", _SAFE, "防诈骗", "Fraud warning",
         "请注意：银行人员不会索要您的密码、验证码，也不会要求您转账到“安全账户”。"
         "如已转账，请立即告诉我。",
         "Please note: we never ask for passwords or codes, nor to move money to a “safe account”. "
         "If you have already paid, tell me at once."),
        ("bj", _SAFE, "报警建议", "Calling the police",
         "为了尽快止损，请您立即拨打 110 报警，并保留聊天和转账记录，我同时为您登记。",
         "Please call the police on 110 now and keep all records; I am registering the case here."),
        ("ts", _END, "投诉受理", "Complaint taken",
         "您的意见我已完整记录并提交，处理人员会在三个工作日内与您联系。",
         "I have recorded your complaint. You will hear from us within three working days."),
        ("hy", _END, "还有问题吗", "Anything else",
         "请问还有其他可以帮您的吗？",
         "Is there anything else I can do for you?"),
        ("zj", _END, "结束语", "Goodbye",
         "感谢您的咨询，祝您生活愉快。如有需要，随时在这里给我们留言。",
         "Thank you for writing to us. We are here whenever you need us."),
    )
)  # fmt: skip
