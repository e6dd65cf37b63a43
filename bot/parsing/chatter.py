"""What in a sentence keeps it from being an answer to a form: questions, others, other days; and words around it.

Called by `bot.parsing.forms`. Patterns over plain text; which of a form's own words stand there is taken out before.
"""

from __future__ import annotations

import re

ASKING = re.compile(
    r"[吗么呢]\s*$|什么|怎么|怎样|几点|几号|哪[里儿个些天]|多少|谁|能不能|可不可以|可以不|有没有|要不要|是不是|是否|为什么|啥|几时"
)
"""Somebody wants to know something."""

NOT_MINE = re.compile(
    r"大家(?!早|好|上午好|下午好|晚上好|辛苦)|各位(?!领导|主任|老师|同事|好|早)|每人|每位|人均|一人一|限领|所有人|全体|请(?!假|帮|给我|人|代|您帮).{0,8}(?:领|报|填|签|登记|到岗|代表|同志|值班)"
    r"|捐|赠|支援|还剩|剩余|还有|库存|到货|(?<!收到)通知|提醒|尽快|务必|记得|别忘|发放|分给|用完|用光|用了|收到了|已收到|领到|缺|不够|不足|建议|希望|呼吁|恳请|反映|如果|要是|新闻|据|[一每]份"
)
"""It is said to all, of what is there or was given, or asks for something."""

TAKEN_BACK = re.compile(r"(?:作废|撤回|忽略|当没看见|取消)[^,]*,?")
"""What stands before it in a sentence is taken back."""

OTHER_DAY = re.compile(r"昨[天日晚]|前天|明[天日早晚]|后天|上周|下周|上次|下次")
"""It is of another day."""

FILLER = re.compile(
    r"请假|报告|[一半两三]天|准时|按时|在位|更正|订正|改成|改为|应该是|说错了?|写错了?|报错了?|不对|不是|今[天日早]|现在|目前|已经?|本人|我们|我家|我|一共|共|各|给|帮|代|替|报|申请|登记|领取?|需要|要"
    r"|请|麻烦|谢谢|感谢|多谢|辛苦|您|你|好的?|嗯+|收到|的话?|了|吧|啊|哈|呢|哦|喔|呀|来|去|就|还|刚|值|上|就|行|可以|为|是|在|代表|同志|主任|老师|大家早上好|早上好|早"
    r"|正常|一切|健康|身体|家|休假|有事|@\S+|\d{1,2}[:点]\d{0,2}分?|[^\w\u4e00-\u9fff]|_"
)
"""Words around an answer that say nothing else."""
